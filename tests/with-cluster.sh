#!/usr/bin/env bash
# with-cluster.sh COMMAND...: runs a command with a real Kubernetes in KUBECONFIG, where the script of a test cluster lies beside the
# repository; without it, or when it fails, says so and runs the command all the same. What was started is ended afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."
cluster=$PWD/../shared/kube/cluster.sh

# engine: process id of the Docker Engine on the usual socket, if one answers.
engine() { docker info >/dev/null 2>&1 && cat /var/run/docker.pid 2>/dev/null || true; }

if [[ -n ${KUBECONFIG:-} ]]; then
  exec "$@"
elif [[ ! -r $cluster ]]; then
  echo "no test cluster: $cluster is not here; stories on a real Kubernetes are skipped"
  exec "$@"
fi

was=$(engine) was_up=0
bash "$cluster" status >/dev/null 2>&1 && was_up=1
end() {
  ((was_up)) && return
  bash "$cluster" down || true
  # Its script starts an engine where none answers, and leaves it.
  local now; now=$(engine)
  [[ -n $was || -z $now ]] || kill "$now" || true
}
trap end EXIT

if kubeconfig=$(bash "$cluster" up | tail -n 1) && [[ -r $kubeconfig ]] && bash "$cluster" image >/dev/null; then
  export KUBECONFIG=$kubeconfig
  # One that we started is nobody else's: stories may kill its API server.
  ((was_up)) || export NIGHTJAR_TEST_KILLS_API_SERVER=1
else
  echo "no test cluster: $cluster failed, as above; stories on a real Kubernetes are skipped"
fi
"$@"
