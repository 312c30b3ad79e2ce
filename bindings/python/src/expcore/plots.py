"""Plots: Vega-Lite specifications and images at any revisions."""

import ctypes
import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from . import _native as n
from ._call import PathLike, call, encode, made, owned_names, owned_text, strings, text
from ._library import lib


@dataclasses.dataclass(frozen=True)
class Plot:
    """One plot of all revisions. A notebook draws it where it knows Vega-Lite."""

    id: str
    revisions: list[str]
    """Those with data, in order."""
    spec: dict[str, Any] | None
    """The Vega-Lite specification; None for images and without data."""
    anchors: dict[str, Any] | None
    """With `split`: values of the places that were left."""
    images: dict[str, str]
    """Paths of an image plot by revision."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        plain = f"<Plot {self.id}>"
        if self.spec is None:
            return {"text/plain": plain}
        return {"application/vnd.vegalite.v5+json": self.spec, "text/plain": plain}


@dataclasses.dataclass(frozen=True)
class PlotError:
    """Why a plot lacks a revision or a part of it."""

    plot: str
    """"" when the whole revision could not be read."""
    rev: str
    message: str


class PlotList(list[Plot]):
    """Plots, and why they lack revisions or parts."""

    errors: list[PlotError]


def _plot(raw: Any, i: int) -> Plot:
    spec, anchors = text(lib.exp_plots_spec(raw, i)), text(lib.exp_plots_anchors(raw, i))
    return Plot(
        id=text(lib.exp_plots_id(raw, i)),
        revisions=[text(lib.exp_plots_rev(raw, i, r)) for r in range(lib.exp_plots_rev_count(raw, i))],
        spec=json.loads(spec) if spec else None,
        anchors=json.loads(anchors) if anchors else None,
        images={
            text(lib.exp_plots_image_rev(raw, i, k)): text(lib.exp_plots_image_path(raw, i, k))
            for k in range(lib.exp_plots_image_count(raw, i))
        },
    )


class Plots:
    """The plots of a project. Made by Project.plots.

    Options of all that shows: `targets` (ids or files), `template`, `x`, `y`, `title`, `x_label`, `y_label`, `header`
    (False: files have no row of names), `out` (folder for images), `split`."""

    def __init__(self, project: Any) -> None:
        self._project = project

    def show(self, revs: Iterable[str] | None = None, **options: Any) -> PlotList:
        """The plots of the workspace; with `revs` of these side by side: none are HEAD and the workspace, one is
        compared with the workspace."""
        native, array, keep = self._options(revs, options)
        raw = made(lib.exp_plots_load, self._project.raw, array, ctypes.byref(native))
        del keep
        try:
            plots = PlotList(_plot(raw, i) for i in range(lib.exp_plots_count(raw)))
            plots.errors = [
                PlotError(
                    text(lib.exp_plots_error_plot(raw, i)),
                    text(lib.exp_plots_error_rev(raw, i)),
                    text(lib.exp_plots_error_message(raw, i)),
                )
                for i in range(lib.exp_plots_error_count(raw))
            ]
            return plots
        finally:
            lib.exp_plots_free(raw)

    def show_json(self, revs: Iterable[str] | None = None, **options: Any) -> Any:
        """The JSON of `plots show --json` or `plots diff --json`, parsed."""
        native, array, keep = self._options(revs, options)
        found = json.loads(owned_text(lib.exp_plots_json, self._project.raw, array, ctypes.byref(native)) or "{}")
        del keep
        return found

    def page(
        self, revs: Iterable[str] | None = None, *, html_template: PathLike | None = None, **options: Any
    ) -> str:
        """Writes a page that draws the plots and gives its path, "" when there are none. `html_template`: a page of
        one's own with "{plot_divs}" in it."""
        native, array, keep = self._options(revs, options)
        native.page = encode(html_template)
        path = owned_text(lib.exp_plots_page, self._project.raw, array, ctypes.byref(native))
        del keep
        return path

    def modify(self, target: PathLike, *, unset: Iterable[str] | None = None, **props: Any) -> str:
        """Changes how an output of a stage is plotted, or makes it a plot; gives the dvc.yaml. Props: `template`,
        `x`, `y`, `title`, `x_label`, `y_label`, `header`. `unset`: names of those that go."""
        header = props.pop("header", None)
        gone = strings(unset)
        change = n.exp_plot_change(
            struct_size=ctypes.sizeof(n.exp_plot_change),
            unset=gone,
            flags=0 if header is None else n.EXP_PLOT_HEADER if header else n.EXP_PLOT_NO_HEADER,
            **_props(props),
        )
        return owned_text(lib.exp_plots_modify, self._project.raw, encode(target), ctypes.byref(change))

    def check_template(self, name: str) -> None:
        """Raises InvalidArgument with what is wrong with a template."""
        call(lib.exp_plots_check_template, self._project.raw, encode(name))

    @staticmethod
    def template_names() -> list[str]:
        """Names of the built-in templates."""
        return owned_names(lib.exp_plots_template_names)

    @staticmethod
    def template(name: str) -> Any:
        """A built-in template."""
        return json.loads(owned_text(lib.exp_plots_template, encode(name)))

    @staticmethod
    def _options(revs: Iterable[str] | None, given: dict[str, Any]) -> tuple[Any, Any, Any]:
        given = dict(given)
        targets = strings(given.pop("targets", None))
        out, split, header = encode(given.pop("out", None)), given.pop("split", False), given.pop("header", True)
        native = n.exp_plots_options(
            struct_size=ctypes.sizeof(n.exp_plots_options),
            targets=targets,
            out=out,
            flags=(n.EXP_PLOTS_SPLIT if split else 0) | (0 if header else n.EXP_PLOTS_NO_HEADER),
            **_props(given),
        )
        return native, strings(revs), targets


def _props(given: dict[str, Any]) -> dict[str, bytes | None]:
    """Properties by the names of C; an unknown one is a TypeError, as for any function."""
    unknown = sorted(set(given) - {"template", "x", "y", "title", "x_label", "y_label"})
    if unknown:
        raise TypeError(f"unexpected keyword argument '{unknown[0]}'")
    return {"template_name" if name == "template" else name: encode(value) for name, value in given.items()}
