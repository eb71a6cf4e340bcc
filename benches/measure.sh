#!/usr/bin/env bash
# Measures lagtop against a real Kafka on this machine and prints the README's table:
#
#     benches/measure.sh            # 1,000 and 10,000 groups of 10 partitions, and one group
#     benches/measure.sh 1000       # these numbers of groups only
#     COMMITS=500 PAST=50000 benches/measure.sh 100     # the same in small: do the commands work?
#
# Needs Java 17, Maven, GNU time (package "time"), zstd and script(1); takes about twelve minutes. Nothing
# else should run meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x /usr/bin/time ] || { echo "measure: install GNU time (Debian package: time)" >&2; exit 1; }
command -v zstd >/dev/null || { echo "measure: install zstd" >&2; exit 1; }
# Positions that are committed a second while it listens, and that were before.
commits=${COMMITS:-2000}
past=${PAST:-1000000}
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

# The live screen with these flags for so many seconds; then it is told to end. Runs what is named last in its
# middle, with its process id.
screen() {
    local seconds=$1 during=$2; shift 2
    # Nobody types: a pipe that stays open and silent.
    sleep "$((seconds + 15))" | TERM=xterm-256color script -qfc "stty rows 45 cols 160; echo \$\$ >$work/pid; exec $lagtop -b $address --interval 1s $*" /dev/null >/dev/null 2>&1 &
    local wrapper=$!
    sleep 1
    local pid
    pid=$(cat "$work/pid")
    "$during" "$pid" "$seconds"
    kill -TERM "$pid"; wait "$wrapper" || true
}

# Share of one core over all but the first third of the time, and memory at its end.
use() {
    local pid=$1 seconds=$2 before after
    sleep "$((seconds / 3))"
    before=$(awk '{print $14 + $15}' "/proc/$pid/stat")
    sleep "$((seconds * 2 / 3))"
    after=$(awk '{print $14 + $15}' "/proc/$pid/stat")
    awk -v used="$((after - before))" -v ticks="$(getconf CLK_TCK)" -v seconds="$((seconds * 2 / 3))" \
        '/VmRSS/ {printf "%.1f %% of one core | %d MB\n", 100 * used / ticks / seconds, $2 / 1024}' \
        "/proc/$pid/status" >"$work/use"
}

wait_for() { sleep "$2"; }

# Requests and bytes a second that polling and listening cost in the last two thirds of a recording.
cost() {
    zstd -qdc "$1" |
        sed -n 's/^{"seen":{"at":\([0-9]*\),"source":"\(poll\|stream\)".*"cost":{"requests":\([0-9]*\),"bytes_in":\([0-9]*\),"bytes_out":\([0-9]*\).*/\2 \1 \3 \4 \5/p' |
        awk '
            {n[$1]++; at[$1, n[$1]] = $2; asked[$1, n[$1]] = $3; bytes[$1, n[$1]] = $4 + $5}
            END {
                for (source in n) {
                    last = n[source]; first = 1
                    while (at[source, first] < at[source, 1] + (at[source, last] - at[source, 1]) / 3) first++
                    seconds = (at[source, last] - at[source, first]) / 1000
                    if (seconds <= 0) continue
                    requests += (asked[source, last] - asked[source, first]) / seconds
                    sent += (bytes[source, last] - bytes[source, first]) / seconds
                }
                printf "%.1f requests and %.0f kB a second\n", requests, sent / 1000
            }'
}

# The live screen at rest.
live() {
    local name=$1; shift
    screen 45 use "$@"
    printf '| %s | %s |\n' "$name" "$(cat "$work/use")"
}

# The live screen over a busy cluster. What it costs the cluster is told by a recording, which itself costs
# something: so the two are measured one after the other.
busy() {
    local name=$1; shift
    screen 90 use "$@"
    rm -f "$work/recording"
    screen 60 wait_for "$@" --record "$work/recording"
    printf '| %s | %s, %s | %s |\n' "$name" "$(sed 's/ |.*//' "$work/use")" "$(cost "$work/recording")" \
        "$(sed 's/.*| //' "$work/use")"
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
    start many --groups "$groups" --partitions 10 --commits "$commits"
    busy "$groups x 10, $commits commits a second, polled" --source poll
    busy "$groups x 10, $commits commits a second, listened to" --source stream
    stop
    start many --groups "$groups" --partitions 10 --past "$past"
    live "live at 1 s, $groups x 10, with a past of $past commits"
    stop
done
LAGTOP_PAST=$past cargo test --quiet --release --test past -- --ignored --nocapture --exact \
    how_long_the_past_takes | grep '^|'
