"""Packets without a destination go to the device they arrive at."""

from collections.abc import Mapping
from typing import Any

from vm.kernel.packet.form_network import NETWORKS, TRANSPORTS
from vm.kernel.packet.presets import PRESETS
from vm.kernel.world.spec import DeviceKind, DeviceSpec

ROUTER = "02:00:00:00:0a:10"


def addressed(form: Any, device: DeviceSpec | None) -> Any:
    """The form with the device's addresses where it names no destination, and the router's as link source."""
    if isinstance(form, str):
        form = PRESETS[form].form if form in PRESETS else form
    if not isinstance(form, Mapping) or device is None or device.kind is DeviceKind.LOOPBACK or "hex" in form:
        return form
    link = form.get("eth", {})
    if not isinstance(link, Mapping):
        return form
    filled = {**form, "eth": {"dst": device.mac.hex(":"), "src": ROUTER, **link}}
    if "arp" in form or any("dst" in part for part in _parts(form)):
        return filled
    return _to(filled, device)


def _parts(form: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = (form.get(name) for name in (*NETWORKS, *TRANSPORTS))
    return [part for part in found if isinstance(part, Mapping)]


def _to(form: Mapping[str, Any], device: DeviceSpec) -> Mapping[str, Any]:
    version = (
        6
        if "ipv6" in form or "icmpv6" in form or any(":" in str(p.get("src", "")) for p in _parts(form))
        else 4
    )
    address = next((str(item.ip) for item in device.addresses if item.version == version), None)
    name = "ipv6" if version == 6 else "ip" if "ip" in form else "ipv4"
    given = form.get(name, {})
    if address is None or not isinstance(given, Mapping):
        return form
    return {**form, name: {**given, "dst": address}}
