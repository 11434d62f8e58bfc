"""The service `~/adapt`: an operator's orders to one robot, run on the model link's thread."""

from collections.abc import Callable

from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future

from laecips_edge.core.update.operator_orders import OperatorOrders
from laecips_msgs.srv import Adapt

Do = Callable[[Callable[[], None]], None]


class AdaptService:
    """The server of `~/adapt`, from configuration to cleanup; refuses while the node is inactive.

    Args:
        node: node that offers the service.
        orders: carries out the orders.
        version: returns the running version.
    """

    def __init__(self, node: Node, *, orders: OperatorOrders, version: Callable[[], int]) -> None:
        self._node = node
        self._orders = orders
        self._version = version
        self._do: Do | None = None
        self._awaited: list[Future] = []
        self._service = node.create_service(Adapt, "~/adapt", self._serve)

    def start(self, do: Do) -> None:
        """Accept orders from now on.

        Args:
            do: hands a function to the model link's thread.
        """
        self._do = do

    def stop(self) -> None:
        """Refuse the orders that wait; call it after the model link's thread has ended."""
        self._do = None
        for future in self._awaited:
            future.set_result((False, "the node is stopping"))
        self._awaited.clear()

    def destroy(self) -> None:
        """Destroy the service."""
        self._node.destroy_service(self._service)

    async def _serve(self, request: Adapt.Request, response: Adapt.Response) -> Adapt.Response:
        """Answer a request; the executor runs other callbacks while this waits."""
        response.success, response.message = await self._answer(request)
        response.version = self._version()
        return response

    def _answer(self, request: Adapt.Request) -> Future:
        future = Future(executor=self._node.executor)
        # A done callback wakes the executor, which otherwise never resumes the waiting callback.
        future.add_done_callback(lambda _: None)
        orders: dict[int, Callable[[], str]] = {
            Adapt.Request.ROLL_BACK: lambda: self._orders.roll_back(request.version),
            Adapt.Request.PIN: lambda: self._orders.pin(request.version),
            Adapt.Request.UNPIN: self._orders.unpin,
        }
        if request.command in (Adapt.Request.PAUSE, Adapt.Request.RESUME):
            future.set_result(self._follow(request.command == Adapt.Request.RESUME))
        elif request.command == Adapt.Request.TRAIN_NOW:
            future.set_result((False, "a robot does not train: ask the trainer's ~/adapt"))
        elif request.command not in orders:
            future.set_result(
                (False, f"there is no command {request.command}: use one of laecips_msgs/srv/Adapt")
            )
        elif self._do is None:
            future.set_result((False, "the node is not active: activate it first"))
        else:
            self._awaited.append(future)
            self._do(lambda: self._obey(orders[request.command], future))
        return future

    def _obey(self, order: Callable[[], str], future: Future) -> None:
        try:
            answer = True, order()
        except Exception as error:
            kind = "" if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: "
            answer = False, kind + " ".join(str(error).split())
        self._awaited.remove(future)
        future.set_result(answer)

    def _follow(self, adapt: bool) -> tuple[bool, str]:
        (result,) = self._node.set_parameters([Parameter("adapt", value=adapt)])
        said = "updates are followed" if adapt else "updates are paused until resumed"
        return result.successful, said if result.successful else result.reason
