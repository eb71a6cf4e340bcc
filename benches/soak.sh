#!/usr/bin/env bash
# lagtop beside three real brokers of which something is broken every twenty seconds: are its figures those of
# Kafka's own tool at the end, and has it grown?
#
#     benches/soak.sh           # ten minutes
#     benches/soak.sh 30 7      # thirty, with the faults of seed 7
#
# Needs Java 17 and Maven. The last line is the result.
set -euo pipefail
cd "$(dirname "$0")/.."

MINUTES=${1:-10} SEED=${2:-1} LAGTOP_REQUIRE_KAFKA=1 \
    cargo test --quiet --release --test soak -- --ignored --exact figures_are_right_and_memory_is_flat_after_faults
