# Reports by the command line, as any program can. $1 is the learning rate.
for step in 1 2 3; do
  loss=$(awk "BEGIN { x = (1000 * $1 - 1) ^ 2 + 1 / $step; print x }")
  qalam report --step "$step" loss="$loss"
done
