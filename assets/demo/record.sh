#!/usr/bin/env bash
# Makes the recordings of `lagtop demo` anew: each scenario of the lab on a real Kafka, watched for some
# minutes. Needs what the tests need, and tmux for a terminal.
#
#   assets/demo/record.sh steady 300
#   assets/demo/record.sh hot-partition 180 75    # which has run for 75 s before it is watched
#   assets/demo/record.sh war-room 240 45 indexer # and of whose group the processes are looked at
set -euo pipefail
cd "$(dirname "$0")/../.."
scenario=${1:?the scenario} seconds=${2:-300} before=${3:-0} group=${4:-}
profile=${PROFILE:-release}

case $profile in
    release) cargo build --release --bin lagtop --example lab ;;
    *) cargo build --bin lagtop --example lab ;;
esac
folder=$(mktemp -d)
"./target/$profile/examples/lab" "$scenario" >"$folder/lab.txt" &
lab=$!
screen=(tmux -S "$folder/tmux" -f /dev/null)
trap '"${screen[@]}" kill-server 2>/dev/null || true; kill -INT $lab 2>/dev/null || true; wait $lab || true; rm -r "$folder"' EXIT
until bootstrap=$(grep -o '127\.0\.0\.1:[0-9]*' "$folder/lab.txt" | head -n 1) && [ -n "$bootstrap" ]; do
    kill -0 $lab
    sleep 0.2
done

sleep "$before"
"${screen[@]}" new-session -d -x 160 -y 45 \
    "./target/$profile/lagtop -b $bootstrap --record $folder/recording.lagtop"
if [ -n "$group" ]; then
    # It stays selected when the filter is gone.
    sleep 3
    for key in / "$group" Enter Escape; do
        "${screen[@]}" send-keys "$key"
        sleep 0.5
    done
fi
sleep "$seconds"
"${screen[@]}" send-keys q
while "${screen[@]}" has-session 2>/dev/null; do sleep 0.2; done
mv "$folder/recording.lagtop" "assets/demo/$scenario.lagtop"
