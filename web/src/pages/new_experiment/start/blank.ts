// What a new experiment begins as: complete but for the user's own program.
export const BLANK_DOCUMENT = `apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata:
  name: my-experiment
spec:
  objective:
    type: maximize
    objectiveMetricName: accuracy
  algorithm:
    algorithmName: auto
  maxTrialCount: 20
  parallelTrialCount: 2
  parameters:
    - name: lr
      parameterType: double
      feasibleSpace: {min: "0.0001", max: "0.1", distribution: logUniform}
  trialTemplate:
    trialParameters:
      - name: lr
        reference: lr
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec:
        template:
          spec:
            containers:
              - name: training
                # Prints lines such as "accuracy=0.93".
                command:
                  - python3
                  - train.py
                  - --lr=\${trialParameters.lr}
            restartPolicy: Never
`;
