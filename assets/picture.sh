#!/usr/bin/env bash
# Makes the README's picture: plays the recording that `lagtop demo` begins with, which is of a real cluster, in a
# terminal, and draws its screen as an SVG.
#
#     assets/picture.sh
#
# Needs tmux and Python 3.
set -euo pipefail
cd "$(dirname "$0")/.."
columns=150 rows=44 watch=${WATCH:-20}
profile=${PROFILE:-release}

case $profile in
    release) cargo build --quiet --release --bin lagtop ;;
    *) cargo build --quiet --bin lagtop ;;
esac
work=$(mktemp -d)
terminal=(tmux -S "$work/tmux" -f /dev/null)
trap '"${terminal[@]}" kill-server 2>/dev/null || true; rm -rf "$work"' EXIT
"${terminal[@]}" new-session -d -x "$columns" -y "$rows" \
    "env -u NO_COLOR COLORTERM=truecolor target/$profile/lagtop demo"
# The group whose member is a process of the host that recorded it.
sleep 3
for key in / indexer Enter Escape; do
    "${terminal[@]}" send-keys "$key"
    sleep 0.5
done
sleep "$watch"
"${terminal[@]}" capture-pane -e -p >"$work/screen"
python3 assets/picture.py "$columns" <"$work/screen" >assets/screen.svg
echo "picture: assets/screen.svg, $(wc -c <assets/screen.svg) bytes"
