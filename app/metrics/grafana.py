"""A Grafana dashboard that shows a workspace's metrics: a panel each, queried as such metrics are.

Source: Grafana's dashboard JSON model, schema version 39.
"""

from typing import Any

from app.metrics.rules import Kind, Metric, Rules

Json = dict[str, Any]
_WIDTH, _HEIGHT, _ACROSS = 12, 8, 2


def dashboard(rules: Rules, title: str) -> Json:
    """The dashboard as Grafana imports it; the data source is asked for at import."""
    return {
        "__inputs": [
            {
                "name": "DS_PROMETHEUS",
                "label": "Prometheus",
                "type": "datasource",
                "pluginId": "prometheus",
            }
        ],
        "title": title,
        "tags": ["ebpf", "hookscope"],
        "schemaVersion": 39,
        "editable": True,
        "time": {"from": "now-15m", "to": "now"},
        "refresh": "5s",
        "panels": [_panel(metric, number) for number, metric in enumerate(rules.metrics)],
    }


def query(metric: Metric) -> str:
    """What one asks Prometheus of such a metric."""
    by = ", ".join(metric.labels)
    match metric.type:
        case Kind.COUNTER:
            return f"sum by ({by}) (rate({metric.name}[1m]))" if by else f"rate({metric.name}[1m])"
        case Kind.GAUGE:
            return metric.name
        case Kind.HISTOGRAM:
            return f"sum by (le) (increase({metric.name}_bucket[$__rate_interval]))"


def _panel(metric: Metric, number: int) -> Json:
    row, column = divmod(number, _ACROSS)
    heat = metric.type is Kind.HISTOGRAM
    legend = " ".join(f"{{{{{label}}}}}" for label in metric.labels)
    return {
        "id": number + 1,
        "title": metric.help,
        "description": metric.name,
        "type": "heatmap" if heat else "timeseries",
        "datasource": {"type": "prometheus", "uid": "${DS_PROMETHEUS}"},
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "targets": [
            {
                "refId": "A",
                "expr": query(metric),
                "format": "heatmap" if heat else "time_series",
                "legendFormat": "{{le}}" if heat else legend or metric.name,
            }
        ],
        "fieldConfig": {
            "defaults": {"unit": "ops" if metric.type is Kind.COUNTER else "short"},
            "overrides": [],
        },
    }
