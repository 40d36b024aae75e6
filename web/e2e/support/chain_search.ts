// What a layer may be, with its settings.
const OPERATIONS = {
  convolution: { filter_size: ['3', '5'], num_filter: ['32', '64'], stride: ['1'] },
  separable_convolution: { filter_size: ['3'], num_filter: ['32'], stride: ['1'] },
  reduction: { reduction_type: ['max_pooling', 'avg_pooling'], pool_size: ['2'] },
};

// Scores a chain by its text: the path through the pages is the same as with a training.
const SCORING = `
import sys
print("accuracy=%f" % (0.9 - abs(len(sys.argv[1]) - 40) / 200))
print("Parameters=%d" % (1000 * len(sys.argv[2])))
`;

// An architecture search of chains by ENAS, without training anything.
export function chainSearchDocument({ name, layers }: { name: string; layers: number }): string {
  return JSON.stringify({
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Experiment',
    metadata: { name },
    spec: {
      objective: {
        type: 'maximize',
        objectiveMetricName: 'accuracy',
        additionalMetricNames: ['Parameters'],
      },
      algorithm: { algorithmName: 'enas' },
      seed: 1,
      maxTrialCount: layers,
      parallelTrialCount: 1,
      nasConfig: {
        graphConfig: { numLayers: layers, inputSizes: [8, 8, 3], outputSizes: [10] },
        operations: Object.entries(OPERATIONS).map(([operationType, settings]) => ({
          operationType,
          parameters: Object.entries(settings).map(([setting, list]) => ({
            name: setting,
            parameterType: 'categorical',
            feasibleSpace: { list },
          })),
        })),
      },
      trialTemplate: {
        primaryContainerName: 'training',
        trialParameters: [
          { name: 'architecture', reference: 'architecture' },
          { name: 'config', reference: 'nn_config' },
        ],
        trialSpec: {
          apiVersion: 'batch/v1',
          kind: 'Job',
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    name: 'training',
                    command: [
                      'python3',
                      '-c',
                      SCORING,
                      '${trialParameters.architecture}',
                      '${trialParameters.config}',
                    ],
                  },
                ],
                restartPolicy: 'Never',
              },
            },
          },
        },
      },
    },
  });
}
