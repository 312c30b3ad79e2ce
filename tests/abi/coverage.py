"""Tells which public functions of the C++ classes have no counterpart in exp.h: coverage.py include/expcore exp.h

`Queue::add` is exp_queue_add(), and so on; what has another name in C, or none on purpose, is listed here."""

import pathlib
import re
import sys

PREFIXES = {
    "CancelToken": "exp_cancel", "Composition": "exp_composition", "Configuration": "exp_config", "Data": "exp_data",
    "Error": "exp_error", "Executor": "exp_executor", "Experiments": "exp_experiments", "Metrics": "exp_metrics",
    "ParamOverrides": "exp_overrides", "Params": "exp_params", "Pipeline": "exp_pipeline", "Plots": "exp_plots",
    "Project": "exp_project", "Queue": "exp_queue",
}  # fmt: skip
OTHER_NAMES = {
    "Composition::compose": ["exp_composition_new", "exp_composition_new_for_project"],
    "Composition::find": ["exp_composition_values"],
    "Composition::warnings": ["exp_composition_warning"],
    "Configuration::unset": ["exp_config_set"],
    "Data::check": ["exp_data_gc"],
    "Error::add_context": [],  # for those who throw
    "Error::causes": ["exp_error_message"],
    "Error::full_message": ["exp_error_message"],
    "Error::with_details": [],  # for those who throw
    "Executor::capabilities": ["exp_executor_flags", "exp_executor_poll_interval"],
    "Experiments::diff": ["exp_experiments_diff_tables", "exp_metrics_diff", "exp_params_diff"],
    "JobEngine::cancel": ["exp_executor_custom"],
    "JobEngine::is_alive": ["exp_executor_custom"],
    "JobEngine::submit": ["exp_executor_custom"],
    "ParamOverrides::apply_to": ["exp_overrides_apply_to", "exp_overrides_write"],
    "ParamOverrides::as_typed": ["exp_overrides_file", "exp_overrides_text"],
    "ParamOverrides::empty": ["exp_overrides_count"],
    "ParamOverrides::expand": ["exp_points_new", "exp_points_next"],
    "Pipeline::explain": ["exp_pipeline_explain_json", "exp_pipeline_explain_json_with"],
    "Pipeline::status": ["exp_pipeline_status_get", "exp_pipeline_status_with"],
    "Plots::diff": ["exp_plots_load"],
    "Plots::diff_html": ["exp_plots_page"],
    "Plots::diff_json": ["exp_plots_json"],
    "Plots::diff_vega": ["exp_plots_spec"],
    "Plots::show": ["exp_plots_load"],
    "Plots::show_html": ["exp_plots_page"],
    "Plots::show_json": ["exp_plots_json"],
    "Plots::show_vega": ["exp_plots_spec"],
    "Plots::template_content": ["exp_plots_template"],
    "Project::executor": ["exp_executor_of_project"],
}
# What gives one of the other classes: C has the functions with the project alone.
ACCESSORS = {f"Project::{name}" for name in ("data", "experiments", "metrics", "params", "pipeline", "plots", "queue")}
CLASS = re.compile(r"^class EXPCORE_API (\w+)(?: : [^{;]*)? \{\n public:\n(.*?)^(?: private:|\};)", re.S | re.M)
METHOD = re.compile(r"^  (?:static |virtual )?[\w:<>,&* ]+?[ &*](\w+)\(", re.M)


def methods(folder: pathlib.Path) -> list[str]:
    found = []
    for path in sorted(folder.glob("*.hpp")):
        for name, body in CLASS.findall(path.read_text()):
            body = re.sub(r"//.*", "", body)
            found += [f"{name}::{method}" for method in METHOD.findall(body) if method not in (name, "operator")]
    return list(dict.fromkeys(found))


def main() -> None:
    text = re.sub(r"/\*.*?\*/", "", pathlib.Path(sys.argv[2]).read_text(), flags=re.S)
    functions = set(re.findall(r"\b(exp_\w+)\(", text))
    missing, known = [], methods(pathlib.Path(sys.argv[1]))
    for method in known:
        owner, name = method.split("::")
        wanted = OTHER_NAMES.get(method, [f"{PREFIXES.get(owner, 'exp_?')}_{name}"])
        if method not in ACCESSORS:
            missing += [f"{method}: no {function}()" for function in wanted if function not in functions]
    missing += [f"{method}: not in the C++ headers" for method in OTHER_NAMES if method not in known]
    print(*missing, f"{len(known)} public functions", sep="\n")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
