"""A replay that has ended, small enough to be made by hand, for tests of what reads its folder."""

from pathlib import Path

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_edge.core.image.image_messages import image_fields
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.ros.messages.headers import header_of
from laecips_eval.bags import Bag, BagWriter, Legend, open_bag
from laecips_eval.bags.result_bag import ResultBag
from laecips_eval.reports.report import Report, write_report
from laecips_eval.reports.run_setup import LIVE, describe_bag, run_setup
from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.frame_log import FrameRow, write_rows
from laecips_eval.scoring.scoreboard import Scoreboard
from made_bundles import variant
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image, RegionOfInterest
from trainer_robot import ColourFrames

from laecips_msgs.msg import Finding, FindingArray, ModelReport

FRAMES = 5
BY_CLOUD = (1, 3)
SETTINGS = FindingSettings(classes=("part", "scratch"), smallest=30)


def a_bag(path: Path, bundle: Bundle) -> Bag:
    """A bag with truth of the bundle's classes."""
    manifest = bundle.manifest
    legend = Legend(classes=manifest.classes, palette=manifest.palette)
    with BagWriter(path, legend=legend, rate_hz=10) as writer:
        for frame in ColourFrames(FRAMES, seed=4):
            writer.add(encode_jpeg(frame.image, 90), encode_png(frame.label))
    return open_bag(path)


class FinishedReplay:
    """What it leaves in a folder: version 2 from frame 3 on; the cloud's answers are the truth."""

    def __init__(self, folder: Path, bundle: Bundle) -> None:
        self.folder, self.bag = folder, a_bag(folder / "bag", bundle)
        weights = bundle.weights("f")
        turned = weights | {"logits.conv.weight": weights["logits.conv.weight"][::-1].copy()}
        second = variant(bundle, folder / "library/versions/000002", 2, weights_f=turned)
        f = {1: Segmenter(bundle), 2: Segmenter(second)}
        self.board = Scoreboard(classes=bundle.manifest.classes)
        labels = SETTINGS.labels(bundle.manifest.classes)
        self.board.score_findings(labels, smallest=SETTINGS.smallest)
        truth = self.bag.truth()
        with ResultBag(folder / "result.mcap") as result:
            result.add_topic("/edge/label_map", "sensor_msgs/msg/Image")
            result.add_topic("/edge/findings", "laecips_msgs/msg/FindingArray")
            result.add_topic("/model_report", "laecips_msgs/msg/ModelReport")
            for index, frame in enumerate(self.bag.frames()):
                stamp, version = frame.stamp_ns, 1 if index < 3 else 2
                own = f[version].predict(frame.rgb()).label_map
                published = truth[stamp] if index in BY_CLOUD else own
                self.board.add_played(stamp, index=index)
                self.board.add_label_map_now(stamp, own, truth[stamp])
                self.board.add_label_map(stamp, published, truth[stamp])
                self.board.add_answer(an_answer(stamp, version, cloud=index in BY_CLOUD))
                header = header_of(stamp, "camera")
                image = Image(header=header, **image_fields(published, "mono8"))
                result.write("/edge/label_map", stamp, serialize_message(image))
            told(result, [frame.stamp_ns for frame in self.bag.frames()])
        parameters = {"edge": EdgeSettings(findings=SETTINGS).as_parameters()}
        self.report = Report(
            complete=True,
            bag=describe_bag(self.bag),
            setup=run_setup(mode=LIVE, rate=1.0, bundle=bundle, parameters=parameters),
            **dict(self.board.measured()),
            updates=[],
            processes={},
        )
        self.rows: list[FrameRow] = self.board.rows()
        write_report(folder / "report.json", self.report)
        write_rows(folder / "frames.csv", self.rows)


def told(result: ResultBag, stamps: list[int]) -> None:
    """A scratch that is found in frame 1 and gone in frame 3, and the swap before frame 3."""
    box = RegionOfInterest(x_offset=10, y_offset=20, width=30, height=40)
    scratch = {"id": 7, "class_name": "scratch", "label": 3, "box": box, "area": 900}
    for index, state in ((1, Finding.OPENED), (2, Finding.SEEN), (3, Finding.CLOSED)):
        finding = Finding(state=state, sightings=index, **scratch)
        found = FindingArray(header=header_of(stamps[index], "camera"), findings=[finding])
        result.write("/edge/findings", stamps[index], serialize_message(found))
    swapped = ModelReport(version=2, outcome=ModelReport.SWAPPED, bytes=400_000, swap_ms=0.25)
    result.write("/model_report", stamps[3] - 1, serialize_message(swapped))


def an_answer(stamp: int, version: int, *, cloud: bool) -> PublishedAnswer:
    return PublishedAnswer(
        stamp_ns=stamp,
        source="cloud" if cloud else "edge",
        trust=0.5,
        delta=0.5,
        hard=cloud,
        audit=False,
        version=version,
    )
