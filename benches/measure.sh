#!/usr/bin/env bash
# Measures lagtop against a real Kafka on this machine and prints the README's table:
#
#     benches/measure.sh            # 1,000 and 10,000 groups of 10 partitions, and one group
#     benches/measure.sh 1000       # these numbers of groups only
#
# Needs Java 17, Maven, GNU time (package "time") and script(1); takes about six minutes. Nothing else
# should run meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x /usr/bin/time ] || { echo "measure: install GNU time (Debian package: time)" >&2; exit 1; }
sizes=("$@")
[ "${#sizes[@]}" -gt 0 ] || sizes=(1000 10000)

cargo build --quiet --release --bin lagtop --example lab
lagtop=target/release/lagtop
work=$(mktemp -d)
lab=
stop() {
    [ -z "$lab" ] || { kill -INT "$lab" 2>/dev/null && wait "$lab" || true; }
    lab=
}
trap 'stop; rm -rf "$work"' EXIT

# Starts a lab scenario and waits for its address.
start() {
    target/release/examples/lab "$@" >"$work/lab" 2>&1 &
    lab=$!
    for _ in $(seq 600); do
        address=$(sed -n 's/.*lagtop\b.* -b \([^ ]*\)$/\1/p; s/^ *cargo run.* -b \(.*\)$/\1/p' "$work/lab" | head -n 1)
        [ -z "$address" ] || return 0
        kill -0 "$lab" || { cat "$work/lab" >&2; exit 1; }
        sleep 0.2
    done
    echo "measure: the lab did not start within two minutes" >&2
    exit 1
}

# Median seconds and largest resident memory of nine runs.
once() {
    local name=$1; shift
    : >"$work/times"
    for _ in $(seq 9); do
        /usr/bin/time -a -o "$work/times" -f '%e %M' "$lagtop" once -b "$address" --output json "$@" >/dev/null
    done
    # GNU time counts hundredths; the median of nine is taken of runs timed by the shell as well.
    local median
    median=$(for _ in $(seq 9); do
        local begun=$EPOCHREALTIME
        "$lagtop" once -b "$address" --output json "$@" >/dev/null
        echo $(((${EPOCHREALTIME/./} - ${begun/./}) / 100))
    done | sort -n | sed -n 5p)
    local memory
    memory=$(sort -n -k2 "$work/times" | tail -n 1 | cut -d' ' -f2)
    printf '| %s | %s.%s ms | %s MB |\n' "$name" "$((median / 10))" "$((median % 10))" "$((memory / 1024))"
}

# Share of one core and memory of the live screen over 30 s, after 15 s of settling.
live() {
    local name=$1
    # Nobody types: a pipe that stays open and silent.
    sleep 60 | TERM=xterm-256color script -qfc "stty rows 45 cols 160; echo \$\$ >$work/pid; exec $lagtop -b $address --interval 1s" /dev/null >/dev/null 2>&1 &
    local wrapper=$!
    sleep 1
    local pid
    pid=$(cat "$work/pid")
    sleep 15
    local ticks before after memory
    ticks=$(getconf CLK_TCK)
    before=$(awk '{print $14 + $15}' "/proc/$pid/stat")
    sleep 30
    after=$(awk '{print $14 + $15}' "/proc/$pid/stat")
    memory=$(awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$pid/status")
    kill -TERM "$pid"; wait "$wrapper" || true
    awk -v name="$name" -v used="$((after - before))" -v ticks="$ticks" -v memory="$memory" \
        'BEGIN {printf "| %s | %.1f %% of one core | %d MB |\n", name, 100 * used / ticks / 30, memory}'
}

echo "| what | time | memory |"
echo "|---|---|---|"
start steady
once '`once -g billing`, one group of 6 partitions' -g '^billing$'
stop
for groups in "${sizes[@]}"; do
    start many --groups "$groups" --partitions 10
    once "\`once\`, $groups groups x 10 partitions"
    once "\`once -g\`, one group of 10 among $groups" -g '^measured-00007$'
    live "live at 1 s, $groups groups x 10 partitions"
    stop
done
