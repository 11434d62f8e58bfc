import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from laecips_edge.core.bundle.manifest import BundleError
from laecips_edge.core.update.slots import SLOTS, read_slot, read_slots, store_folder
from made_bundles import HOLLOW, hollow


def test_another_line_other_classes_or_another_robot_have_a_store_of_their_own(tmp_path):
    folders = {
        store_folder(tmp_path, robot=robot, manifest=manifest)
        for robot in ("one", "fleet/two", "..", "")
        for manifest in (
            HOLLOW,
            replace(HOLLOW, name="other"),
            replace(HOLLOW, name="../x"),
            replace(HOLLOW, classes=("part", "belt")),
        )
    }
    assert len(folders) == 16
    for folder in folders:
        assert folder.resolve().is_relative_to(tmp_path.resolve())
        assert folder.resolve() != tmp_path.resolve()


def test_other_versions_have_the_same_store(tmp_path):
    one, two = (
        store_folder(tmp_path, robot="walker 7", manifest=replace(HOLLOW, version=v, delta=v / 10))
        for v in (1, 2)
    )
    assert one == two == tmp_path / "walker 7" / f"line-{HOLLOW.classes_hash}"


def test_a_store_may_be_below_the_home_folder():
    assert store_folder(Path("~/x"), robot="r", manifest=HOLLOW).is_relative_to(Path.home())


def test_a_slot_is_what_its_manifest_says(tmp_path):
    bundle = hollow(tmp_path / "bundle", 7, parent=6)
    slot = read_slot(bundle.path, name="000007-x")
    assert (slot.name, slot.path, slot.version) == ("000007-x", bundle.path, 7)
    assert slot.manifest == bundle.manifest
    text = (bundle.path / "manifest.json").read_bytes()
    assert slot.manifest_sha256 == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize(
    ("text", "reason"),
    [(None, r"manifest.json: cannot be read \(No such file"), ("{", "not JSON")],
)
def test_without_a_manifest_there_is_no_slot(tmp_path, text, reason):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BundleError, match=reason):
        read_slot(tmp_path, name="x")


def test_only_what_can_be_read_is_listed(tmp_path):
    assert read_slots(tmp_path) == []  # not even the folder is there
    for version in (2, 3):
        hollow(tmp_path / SLOTS / str(version), version)
    hollow(tmp_path / SLOTS / ".gone.4", 4)  # on its way out
    (tmp_path / SLOTS / "empty").mkdir()
    (tmp_path / SLOTS / "a file").touch()
    (hollow(tmp_path / SLOTS / "5", 5).path / "manifest.json").write_text("{")
    found = {slot.name: slot.version for slot in read_slots(tmp_path)}
    assert found == {"2": 2, "3": 3}
