import numpy as np
from laecips_edge.core.image.image_messages import image_fields
from laecips_edge.ros.messages.image import image_message
from sensor_msgs.msg import Image
from std_msgs.msg import Header


def test_a_part_of_a_picture_is_copied_into_a_message() -> None:
    whole = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    header, part = Header(frame_id="camera"), whole[::2, 1:5]
    message = image_message(header, part, "rgb8")
    assert message == Image(header=header, **image_fields(part, "rgb8"))
    assert (message.height, message.width, message.step) == (2, 4, 12)
    whole[:] = 0
    assert bytes(message.data[:3]) == bytes([3, 4, 5])
