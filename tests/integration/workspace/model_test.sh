#!/usr/bin/env bash
# A model among a test's data: model.json and every file that it names are there.
set -euo pipefail
model=$1
grep -q '"format": *"graph-model"' "$model/model.json"
shards=("$model"/*.bin)
[[ -s ${shards[0]} ]]
for shard in "${shards[@]}"; do grep -q "\"${shard##*/}\"" "$model/model.json"; done
