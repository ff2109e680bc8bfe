#!/bin/sh
# A step of continuous integration: ci_step.sh REFERENCE TODAY
# Needs: pip install 'pdkl[cli]'. The step fails where pdkl ends with 1 (drift) or 2 (trouble);
# systems that know JUnit show drift.xml, a test for each column.
set -eu
pdkl drift "$1" "$2" --fail-over js_distance=0.1 --min-count 5 -o drift.xml
echo "no drift"
