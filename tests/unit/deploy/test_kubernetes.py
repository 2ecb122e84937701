"""deploy/kubernetes: manifests that fit their schemas, pods of the restricted standard, and a closed network."""

from __future__ import annotations

import functools
import importlib
import shutil
import subprocess
from importlib.util import find_spec
from typing import Any

import pytest
import yaml

from tests.unit.repository.code import ROOT

BASE = ROOT / "deploy" / "kubernetes" / "base"
OVERLAY = ROOT / "deploy" / "kubernetes" / "overlays" / "production"


@functools.cache
def manifests() -> tuple[dict[str, Any], ...]:
    """What the files of the base hold, without kustomize."""
    names = yaml.safe_load((BASE / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    return tuple(one for name in names for one in yaml.safe_load_all((BASE / name).read_text(encoding="utf-8")))


def of_kind(*kinds: str) -> dict[str, dict[str, Any]]:
    """Manifests by name."""
    return {one["metadata"]["name"]: one for one in manifests() if one["kind"] in kinds}


PODS = {name: one["spec"]["template"]["spec"] for name, one in of_kind("Deployment", "Job").items()}


def test_every_file_of_the_base_is_used() -> None:
    named = yaml.safe_load((BASE / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
    assert sorted(path.name for path in BASE.glob("*.yaml") if path.name != "kustomization.yaml") == sorted(named)


@pytest.mark.parametrize("name", PODS)
def test_a_pod_is_of_the_restricted_standard(name: str) -> None:
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"requests", "limits"} <= set(container["resources"])
        assert "memory" in container["resources"]["limits"]


def test_what_runs_on_says_how_it_is_and_may_end_its_work() -> None:
    for name in ("server", "worker"):
        [container] = PODS[name]["containers"]
        assert {"startupProbe", "livenessProbe"} <= set(container)
        assert PODS[name]["terminationGracePeriodSeconds"] >= 20
    assert "readinessProbe" in PODS["server"]["containers"][0]


def test_the_tables_are_a_job_and_only_workers_scale() -> None:
    assert of_kind("Job")["migrate"]["spec"]["template"]["spec"]["containers"][0]["args"] == ["db", "upgrade"]
    [scaler] = of_kind("HorizontalPodAutoscaler").values()
    assert scaler["spec"]["scaleTargetRef"]["name"] == "worker"
    assert "replicas" not in of_kind("Deployment")["worker"]["spec"]
    assert of_kind("Deployment")["server"]["spec"]["replicas"] == 1


def test_every_deployment_has_a_budget_and_selects_its_own_pods() -> None:
    budgets = of_kind("PodDisruptionBudget")
    for name, one in of_kind("Deployment").items():
        labels = one["spec"]["template"]["metadata"]["labels"]
        for selector in (one["spec"]["selector"], budgets[name]["spec"]["selector"]):
            assert selector["matchLabels"].items() <= labels.items()


def test_nothing_is_reached_but_what_a_policy_names() -> None:
    policies = of_kind("NetworkPolicy")
    assert policies["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    [internet] = policies["to-the-internet"]["spec"]["egress"]
    block = internet["to"][0]["ipBlock"]
    assert {"10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(block["except"])


def test_no_secret_is_in_a_file() -> None:
    assert of_kind("Secret") == {}


@pytest.mark.parametrize("folder", [BASE, OVERLAY], ids=lambda path: path.name)
def test_what_kustomize_makes_fits_the_schemas(folder: Any) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    made = subprocess.run(["kubectl", "kustomize", str(folder)], check=True, capture_output=True, text=True).stdout
    found = list(yaml.safe_load_all(made))
    assert len(found) >= 17
    if find_spec("kubernetes_validate") is None:
        pytest.skip("kubernetes-validate is not installed: pip install -r deploy/requirements-deploy.lock")
    validate = importlib.import_module("kubernetes_validate").validate
    for one in found:
        validate(one, "1.37", strict=True)
