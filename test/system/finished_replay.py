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
from sensor_msgs.msg import Image
from trainer_robot import ColourFrames

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
