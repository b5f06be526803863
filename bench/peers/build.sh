#!/usr/bin/env bash
# Builds the harness of the other engines. Needs Java 17 and Maven, and fetches their released jars from Maven Central.
set -euo pipefail
cd "$(dirname "$0")"
mvn -q -B package
echo "built: $(echo */target/classes)"
