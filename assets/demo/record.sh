#!/usr/bin/env bash
# Makes the recordings of `lagtop demo` anew: each scenario of the lab on a real Kafka, watched for some
# minutes. Needs what the tests need, and tmux for a terminal.
#
#   assets/demo/record.sh steady 300
#   assets/demo/record.sh hot-partition 180 75   # which has run for 75 s before it is watched
set -euo pipefail
cd "$(dirname "$0")/../.."
scenario=${1:?the scenario} seconds=${2:-300} before=${3:-0}

cargo build --release --bin lagtop --example lab
folder=$(mktemp -d)
./target/release/examples/lab "$scenario" >"$folder/lab.txt" &
lab=$!
trap 'kill -INT $lab 2>/dev/null || true; wait $lab || true; rm -r "$folder"' EXIT
until bootstrap=$(grep -o '127\.0\.0\.1:[0-9]*' "$folder/lab.txt" | head -n 1) && [ -n "$bootstrap" ]; do
    kill -0 $lab
    sleep 0.2
done

sleep "$before"
tmux -L lagtop-record -f /dev/null new-session -d -x 160 -y 45 \
    "./target/release/lagtop -b $bootstrap --record $folder/recording.lagtop"
sleep "$seconds"
tmux -L lagtop-record send-keys q
while tmux -L lagtop-record has-session 2>/dev/null; do sleep 0.2; done
mv "$folder/recording.lagtop" "assets/demo/$scenario.lagtop"
