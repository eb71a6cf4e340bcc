#!/usr/bin/env bash
# Makes the README's picture from a real run: starts the lab, watches it in a terminal for five minutes while
# one more member comes and goes, and draws the screen as an SVG.
#
#     assets/picture.sh
#
# Needs what the lab needs (Java 17, Maven), tmux and Python 3.
set -euo pipefail
cd "$(dirname "$0")/.."
columns=140 rows=31 watch=${WATCH:-300}
profile=${PROFILE:-release}

case $profile in
    release) cargo build --quiet --release --bin lagtop --example lab ;;
    *) cargo build --quiet --bin lagtop --example lab ;;
esac
work=$(mktemp -d)
target/"$profile"/examples/lab steady >"$work/lab" 2>&1 &
lab=$!
terminal=(tmux -S "$work/tmux" -f /dev/null)
stop() {
    "${terminal[@]}" kill-server 2>/dev/null || true
    kill -INT "$lab" 2>/dev/null && wait "$lab" || true
    rm -rf "$work"
}
trap stop EXIT

until address=$(sed -n 's/^ *cargo run.* -b \(.*\)$/\1/p' "$work/lab") && [ -n "$address" ]; do
    kill -0 "$lab" || { cat "$work/lab" >&2; exit 1; }
    sleep 0.2
done
"${terminal[@]}" new-session -d -x "$columns" -y "$rows" \
    "env -u NO_COLOR COLORTERM=truecolor target/$profile/lagtop -b $address"
"${terminal[@]}" set -g default-terminal tmux-256color
jars=$(ls -d target/kafka/*/lib | tail -n 1)
# A member from Kafka's own console consumer, out of the jars that the lab's broker runs on.
member() {
    timeout "$1" java -cp "$jars/*" \
        org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server "$address" --topic clicks \
        --group search-index --consumer-property group.protocol=consumer \
        --consumer-property client.id="$2" >/dev/null 2>&1 || true
}
echo "picture: watching the lab for $watch s ..."
sleep $((watch / 5))
member $((watch / 4)) search-4
sleep $((watch / 5))
member $((watch / 5)) search-5 &
sleep $((watch / 7))
"${terminal[@]}" send-keys /search
sleep 0.5
"${terminal[@]}" send-keys Enter
sleep 0.5
"${terminal[@]}" send-keys Escape
sleep 0.5
"${terminal[@]}" send-keys 2
sleep 1
"${terminal[@]}" capture-pane -e -p >"$work/screen"
python3 assets/picture.py "$columns" <"$work/screen" >assets/screen.svg
echo "picture: assets/screen.svg, $(wc -c <assets/screen.svg) bytes"
