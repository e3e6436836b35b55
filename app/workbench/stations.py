"""The stations of the modeled kernel, for the path screen."""

from app.schemas.stations import HookView, StationsReply, StationView
from vm.kernel.hooks import HOOK_POINTS, HookPoint, targeted_points
from vm.kernel.stations import STATIONS, Station
from vm.kernel.world.attach import DEVICE_HOOKS
from vm.kernel.world.spec import DEFAULT_WORLD, DeviceKind


def stations() -> str:
    """The whole map, as JSON."""
    return reply().model_dump_json()


def reply() -> StationsReply:
    """The whole map."""
    points = (*HOOK_POINTS.values(), *targeted_points())
    devices = tuple(device.id for device in DEFAULT_WORLD.devices if device.kind is not DeviceKind.LOOPBACK)
    return StationsReply(
        stations=[
            _view(station, [point for point in points if point.station == station.id], devices[0])
            for station in STATIONS.values()
        ],
        devices=devices,
    )


def _view(station: Station, points: list[HookPoint], device: str) -> StationView:
    hooks = {point.hook.name: _hook(point, device) for point in points}
    return StationView(
        id=station.id,
        title=station.title,
        kernel=station.kernel,
        also=station.also,
        doc=station.doc,
        track=station.track.value,
        x=station.x,
        y=station.y,
        leads=dict(station.leads),
        hooks=tuple(hooks.values()),
    )


def _hook(point: HookPoint, device: str) -> HookView:
    name = point.hook.name
    per_device = name in DEVICE_HOOKS
    return HookView(
        name=name,
        title=point.title,
        prog_type=point.prog_type.label,
        per_device=per_device,
        example=f"{name}:{device}" if per_device else point.name,
    )
