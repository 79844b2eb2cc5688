"""The body that Alertmanager sends to its receivers, version 4: on-call tools take it as it is."""

from __future__ import annotations

import hashlib
import json

from forecaster.alerts.formats.event import Event, cut, explanation, facts, links, summary

_RESOLVED = "forecast.alert.resolved"
_SHIFTED = "forecast.probability.shifted"
_NEVER = "0001-01-01T00:00:00Z"
_NAMES = ("question", "rule", "quantity", "scenario", "indicator", "source", "endpoint")
LABEL, ANNOTATION, FACTS = 200, 2000, 30


def render(event: Event) -> bytes:
    """JSON. What is resolved has the labels, and so the fingerprint, of what fired."""
    resolved = event["type"] == _RESOLVED
    data = event["data"]
    kind = _SHIFTED if resolved else event["type"]
    labels = {"alertname": kind} | {
        name: cut(str(data[name]), LABEL)
        for name in _NAMES
        if isinstance(data.get(name), str | int)
    }
    annotations = {"summary": cut(summary(event), ANNOTATION)}
    if explanation(event):
        annotations["description"] = cut(explanation(event), ANNOTATION)
    found = facts(event)
    for name, value in found[:FACTS]:
        annotations.setdefault(cut(name.replace(" ", "_"), 100), cut(value, LABEL))
    if len(found) > FACTS:
        annotations["truncated_facts"] = str(len(found) - FACTS)
    page = next((url for _, url in links(event)), "")
    status = "resolved" if resolved else "firing"
    begun = str(data.get("fired_at") or event["timestamp"])
    alert = {
        "status": status,
        "labels": labels,
        "annotations": annotations,
        "startsAt": begun,
        "endsAt": event["timestamp"] if resolved else _NEVER,
        "generatorURL": page,
        "fingerprint": _fingerprint(labels),
    }
    inner = ", ".join(f"{name}={json.dumps(value)}" for name, value in sorted(labels.items()))
    content = {
        "version": "4",
        "groupKey": f"{{}}:{{{inner}}}",
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "forecaster",
        "groupLabels": labels,
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": page,
        "alerts": [alert],
    }
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def _fingerprint(labels: dict[str, str]) -> str:
    text = json.dumps(labels, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
