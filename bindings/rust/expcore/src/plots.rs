//! Plots at any revision: Vega-Lite specifications and images.
use crate::call::{bit, c_string, call, made, owned_names, owned_text, text, CStrings};
use crate::error::Result;
use crate::project::Project;
use expcore_sys as sys;
use std::ffi::CString;
use std::mem::size_of;
use std::os::raw::c_char;
use std::path::PathBuf;
use std::ptr;

/// How plots are drawn; what is set wins over the definitions in dvc.yaml.
#[derive(Clone, Debug, Default)]
pub struct PlotProps {
    /// A built-in name, a file of .dvc/plots, or a path.
    pub template: Option<String>,
    /// Column of the x axis.
    pub x: Option<String>,
    /// Column of the y axis.
    pub y: Option<String>,
    /// Above the plot.
    pub title: Option<String>,
    /// Below the x axis.
    pub x_label: Option<String>,
    /// Beside the y axis.
    pub y_label: Option<String>,
    /// `Some(false)`: CSV and TSV files have no row of names.
    pub header: Option<bool>,
}

/// Which plots are shown, and how.
#[derive(Clone, Debug, Default)]
pub struct PlotsOptions {
    /// Ids or files; empty: all plots.
    pub targets: Vec<String>,
    pub props: PlotProps,
    /// Folder for images; `None`: as configured, else "dvc_plots".
    pub out: Option<String>,
    /// Values of a template's places apart from it.
    pub split: bool,
    /// `page`: one's own page with "{plot_divs}" in it; `None`: as configured, else the built-in one.
    pub html_template: Option<String>,
}

/// One plot of all revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plot {
    /// As dvc.yaml has it, or the path of a file.
    pub id: String,
    /// Those with data, in order.
    pub revisions: Vec<String>,
    /// The Vega-Lite specification as JSON; "" for images and without data.
    pub spec: String,
    /// With `split` the values of the places that were left, as JSON.
    pub anchors: String,
    /// Of an image plot: one for each revision that has it.
    pub images: Vec<PlotImage>,
}

/// A copy of an image plot at one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlotImage {
    pub rev: String,
    /// Absolute.
    pub path: PathBuf,
}

/// Why a plot lacks a revision or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlotError {
    /// "" when the whole revision could not be read.
    pub plot: String,
    pub rev: String,
    pub message: String,
}

/// Plots, and why they lack revisions or parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlotList {
    pub plots: Vec<Plot>,
    pub errors: Vec<PlotError>,
}

/// The plots of a project, made by `Project::plots`.
///
/// `revs` are revisions shown side by side: `None` is the workspace, an empty list HEAD and the workspace, and one
/// revision is compared with the workspace.
#[derive(Clone, Copy)]
pub struct Plots<'p> {
    project: &'p Project,
}

impl<'p> Plots<'p> {
    pub(crate) fn new(project: &'p Project) -> Self {
        Self { project }
    }

    /// The plots, images copied to the folder `out`.
    ///
    /// # Errors
    /// Unknown revisions, a template that is missing or unfit. Files that cannot be read are told in the list.
    pub fn show(&self, revs: Option<&[String]>, options: &PlotsOptions) -> Result<PlotList> {
        let native = NativeOptions::new(revs, options)?;
        // SAFETY: the project and the options live during the call; the plots are freed once, after the copy.
        unsafe {
            made(|out, error| {
                sys::exp_plots_load(out, self.project.as_ptr(), native.revs(), &native.options, error)
            })
            .map(|raw| taken(raw.as_ptr()))
        }
    }

    /// The JSON of `plots show --json` or `plots diff --json`.
    ///
    /// # Errors
    /// As for `show`.
    pub fn show_json(&self, revs: Option<&[String]>, options: &PlotsOptions) -> Result<String> {
        let native = NativeOptions::new(revs, options)?;
        // SAFETY: the project and the options live during the call.
        owned_text(|out, error| unsafe {
            sys::exp_plots_json(out, self.project.as_ptr(), native.revs(), &native.options, error)
        })
    }

    /// Writes a page that draws the plots and gives its path; `None` when there are no plots.
    ///
    /// # Errors
    /// As for `show`; a page without "{plot_divs}".
    pub fn page(&self, revs: Option<&[String]>, options: &PlotsOptions) -> Result<Option<PathBuf>> {
        let native = NativeOptions::new(revs, options)?;
        // SAFETY: the project and the options live during the call.
        let path = owned_text(|out, error| unsafe {
            sys::exp_plots_page(out, self.project.as_ptr(), native.revs(), &native.options, error)
        })?;
        Ok(if path.is_empty() { None } else { Some(path.into()) })
    }

    /// Changes how an output of a stage is plotted, or makes it a plot; gives the dvc.yaml. `unset`: properties that
    /// go; given, even without any, the output has to be a plot already.
    ///
    /// # Errors
    /// No stage with that output, a property to unset that is not set, a stage with templates.
    pub fn modify(&self, target: &str, props: &PlotProps, unset: Option<&[String]>) -> Result<String> {
        let target = c_string(target)?;
        let texts = NativeProps::new(props)?;
        let unset = unset.map(CStrings::list).transpose()?;
        let change = sys::exp_plot_change {
            struct_size: size_of::<sys::exp_plot_change>(),
            template_name: texts.at(0),
            x: texts.at(1),
            y: texts.at(2),
            title: texts.at(3),
            x_label: texts.at(4),
            y_label: texts.at(5),
            unset: unset.as_ref().map_or(ptr::null(), CStrings::as_ptr),
            flags: props.header.map_or(0, |has| if has { sys::EXP_PLOT_HEADER } else { sys::EXP_PLOT_NO_HEADER }),
            reserved: 0,
        };
        // SAFETY: the project and the texts live during the call.
        owned_text(|out, error| unsafe {
            sys::exp_plots_modify(out, self.project.as_ptr(), target.as_ptr(), &change, error)
        })
    }

    /// # Errors
    /// What is wrong with a template: it is missing, or lacks a place.
    pub fn check_template(&self, name: &str) -> Result<()> {
        let name = c_string(name)?;
        // SAFETY: the project and the name live during the call.
        call(|error| unsafe { sys::exp_plots_check_template(self.project.as_ptr(), name.as_ptr(), error) })
    }

    /// Names of the built-in templates.
    pub fn template_names() -> Result<Vec<String>> {
        // SAFETY: takes nothing but where the list goes.
        owned_names(|out, error| unsafe { sys::exp_plots_template_names(out, error) })
    }

    /// The JSON of a built-in template.
    ///
    /// # Errors
    /// A name that none has.
    pub fn template(name: &str) -> Result<String> {
        let name = c_string(name)?;
        // SAFETY: the name lives during the call.
        owned_text(|out, error| unsafe { sys::exp_plots_template(out, name.as_ptr(), error) })
    }
}

/// The texts of PlotProps in C's form.
struct NativeProps([Option<CString>; 6]);

impl NativeProps {
    fn new(props: &PlotProps) -> Result<Self> {
        let c = |text: &Option<String>| text.as_deref().map(c_string).transpose();
        Ok(Self([
            c(&props.template)?,
            c(&props.x)?,
            c(&props.y)?,
            c(&props.title)?,
            c(&props.x_label)?,
            c(&props.y_label)?,
        ]))
    }

    fn at(&self, index: usize) -> *const c_char {
        pointer(&self.0[index])
    }
}

fn pointer(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

/// PlotsOptions in C's form, with what they point to.
struct NativeOptions {
    revs: Option<CStrings>,
    _targets: CStrings,
    _props: NativeProps,
    _paths: [Option<CString>; 2],
    options: sys::exp_plots_options,
}

impl NativeOptions {
    fn new(revs: Option<&[String]>, given: &PlotsOptions) -> Result<Self> {
        let c = |text: &Option<String>| text.as_deref().map(c_string).transpose();
        let revs = revs.map(CStrings::list).transpose()?;
        let targets = CStrings::new(&given.targets)?;
        let props = NativeProps::new(&given.props)?;
        let paths = [c(&given.out)?, c(&given.html_template)?];
        let options = sys::exp_plots_options {
            struct_size: size_of::<sys::exp_plots_options>(),
            targets: targets.as_ptr(),
            template_name: props.at(0),
            x: props.at(1),
            y: props.at(2),
            title: props.at(3),
            x_label: props.at(4),
            y_label: props.at(5),
            out: pointer(&paths[0]),
            flags: bit(given.split, sys::EXP_PLOTS_SPLIT)
                | bit(given.props.header == Some(false), sys::EXP_PLOTS_NO_HEADER),
            reserved: 0,
            page: pointer(&paths[1]),
        };
        Ok(Self { revs, _targets: targets, _props: props, _paths: paths, options })
    }

    fn revs(&self) -> *const *const c_char {
        self.revs.as_ref().map_or(ptr::null(), CStrings::as_ptr)
    }
}

/// Copies and frees plots.
///
/// # Safety
/// `raw` is an exp_plots that is the caller's.
unsafe fn taken(raw: *mut sys::exp_plots) -> PlotList {
    let image = |plot, i| PlotImage {
        rev: text(sys::exp_plots_image_rev(raw, plot, i)),
        path: text(sys::exp_plots_image_path(raw, plot, i)).into(),
    };
    let plots = (0..sys::exp_plots_count(raw))
        .map(|plot| Plot {
            id: text(sys::exp_plots_id(raw, plot)),
            revisions: (0..sys::exp_plots_rev_count(raw, plot))
                .map(|rev| text(sys::exp_plots_rev(raw, plot, rev)))
                .collect(),
            spec: text(sys::exp_plots_spec(raw, plot)),
            anchors: text(sys::exp_plots_anchors(raw, plot)),
            images: (0..sys::exp_plots_image_count(raw, plot)).map(|i| image(plot, i)).collect(),
        })
        .collect();
    let errors = (0..sys::exp_plots_error_count(raw))
        .map(|i| PlotError {
            plot: text(sys::exp_plots_error_plot(raw, i)),
            rev: text(sys::exp_plots_error_rev(raw, i)),
            message: text(sys::exp_plots_error_message(raw, i)),
        })
        .collect();
    sys::exp_plots_free(raw);
    PlotList { plots, errors }
}
