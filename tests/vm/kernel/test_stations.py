"""The map of the modeled kernel is whole: every hook has its station, every way ends somewhere."""

import networkx as nx
import pytest

from vm.kernel.hooks import HOOK_POINTS, Effect, targeted_points
from vm.kernel.simulation.steps import STEPS
from vm.kernel.stations import START, STATIONS, Station, Track, Turn, path_graph

POINTS = (*HOOK_POINTS.values(), *targeted_points())
ON_THE_WAY = [station for station in STATIONS.values() if station.track is not Track.AROUND]


@pytest.mark.parametrize("station", STATIONS.values(), ids=lambda station: station.id)
def test_a_station_says_which_kernel_function_it_stands_for(station: Station) -> None:
    assert station.function
    assert station.file.endswith((".c", ".h"))
    assert station.doc.endswith(".")
    assert 0 <= station.x <= 1264
    assert 0 <= station.y <= 404
    assert set(station.leads.values()) <= set(STATIONS)
    assert set(station.leads) <= {*Effect, *Turn}


@pytest.mark.parametrize("station", sorted({point.station for point in POINTS}))
def test_every_hook_stands_at_a_station(station: str) -> None:
    assert station in STATIONS


def test_every_effect_of_a_packet_s_hook_leads_somewhere() -> None:
    for point in HOOK_POINTS.values():
        if point.takes_packets:
            effects = {verdict.effect for verdict in (*point.verdicts, point.other)}
            assert effects | {Effect.DROP} <= set(STATIONS[point.station].leads), point.name


def test_everything_on_the_way_is_reached_from_the_card_or_a_process() -> None:
    graph = path_graph()
    reached = {START, "send"} | nx.descendants(graph, START) | nx.descendants(graph, "send")
    assert reached == {station.id for station in ON_THE_WAY}


def test_what_leads_nowhere_is_an_end() -> None:
    for station in ON_THE_WAY:
        assert bool(station.leads) is (station.track is not Track.END) or station.id == "sent"


def test_places_of_the_drawing_are_different() -> None:
    places = [(station.x, station.y) for station in STATIONS.values()]
    assert len(set(places)) == len(places)


def test_the_engine_knows_every_station_a_packet_stops_at() -> None:
    passed = {"send", "redirected", "wire", "taken", "dropped"}
    assert set(STEPS) | passed == {station.id for station in ON_THE_WAY}
