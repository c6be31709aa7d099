"""The API itself: its parts, its description, and every "no" written into that description."""

from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.types import DictStrAny

from linli import __version__
from linli.sites.api import problems
from linli.sites.api.docs import Docs
from linli.sites.api.door import PROBLEMS
from linli.sites.api.reading import StrictParser
from linli.sites.api.views import areas, cases, files, follow, matters, me, moves, reports

DESCRIPTION: Final = """\
Everything the pages do, for programs: the same actions, the same permissions, the same sentences.

* **Who calls**: `Authorization: Bearer <token>`. An administrator issues tokens with `linli token`; each acts under one
  post and with no more than its scopes. Reading areas and matters, reporting and following need no token.
* **Scope**: what lies outside the area of the post does not exist (404). What lies inside but is not yours to do is 403
  with the reason.
* **Errors** are problem details (RFC 9457), `application/problem+json`; `errors` names the fields at fault.
* **Once**: send reports with an `Idempotency-Key` and moves with the `seq` you read; a retry changes nothing.
* **Lists** are paged by a cursor: send the `after` of one page to get the next.
* **Language** of labels and messages: `Accept-Language`. **Times** are ISO 8601 with an offset, **coordinates** WGS-84.
"""

TAGS: Final = {
    "areas": "Divisions and grids, and from a point to its grid. No token needed.",
    "matters": "What may be reported where, in what time, on what basis. No token needed.",
    "reports": "Reporting, with or without a token.",
    "follow": "Following a report by its tracking code, as its reporter.",
    "cases": "Cases in the area of a post.",
    "moves": "What may be done with a case now, and doing it.",
    "files": "Photos.",
    "me": "The actor of a token.",
}


class LinliAPI(NinjaAPI):
    """django-ninja, with our problems in the description of each operation."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None
    ) -> OpenAPISchema:
        """The OpenAPI 3.1 description; made once."""
        described: dict[str, OpenAPISchema] = self.__dict__.setdefault("_described", {})
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in described:
            described[prefix] = _completed(super().get_openapi_schema(path_prefix=prefix))
        return described[prefix]


def _completed(schema: OpenAPISchema) -> OpenAPISchema:
    components: dict[str, Any] = schema["components"]
    components["schemas"]["Problem"] = problems.Problem.model_json_schema()
    components["responses"] = {
        f"Problem{status}": {
            "description": meaning,
            "content": {problems.CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, meaning in problems.MEANINGS.items()
    }
    for methods in schema["paths"].values():
        for operation in methods.values():
            for status in operation.pop(PROBLEMS):
                operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
            for parameter in operation["parameters"]:
                _one_example(parameter)
    return schema


def _one_example(parameter: dict[str, Any]) -> None:
    """A parameter's `examples` is a map in OpenAPI, not the list of JSON Schema that ninja copies."""
    given = parameter.pop("examples", None)
    if isinstance(given, list) and given:
        parameter["example"] = given[0]


api = LinliAPI(
    title="Linli 邻里",
    version=__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    docs=Docs(),
    parser=StrictParser(),
    openapi_extra={"tags": [{"name": name, "description": words} for name, words in TAGS.items()]},
)
problems.install(api)
api.add_router("/areas", areas.router)
api.add_router("/matters", matters.router)
api.add_router("/reports", reports.router)
api.add_router("/follow", follow.router)
api.add_router("/cases", cases.router)
api.add_router("/cases", moves.router)
api.add_router("/files", files.router)
api.add_router("/me", me.router)
