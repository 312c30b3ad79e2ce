"""`exp run` with hydra.enabled: params.yaml is composed, byte for byte."""

from driver import scenario

T = "hydra"

CONFIGS = {
    "config.yaml": "defaults:\n- _self_\n- dataset: imagenette\n- train/model: resnet\n- train/optimizer: sgd\n- experiment: null\n"
    "- optional local: here\nseed: 1\nhome: ${oc.env:EXP_HOME,none}\n",
    "dataset/imagenette.yaml": "url: u1\noutput_folder: imagenette\n",
    "dataset/imagewoof.yaml": "url: u2\noutput_folder: imagewoof\n",
    "train/model/resnet.yaml": "name: ResNet\nsize: 50\nlr: ${train.optimizer.lr}\n",
    "train/model/efficientnet.yaml": "name: EfficientNet\nsize: b0\n",
    "train/optimizer/sgd.yaml": "name: SGD\nlr: 0.001\nmomentum: 0.9\n",
    "train/optimizer/adam.yaml": "name: Adam\nlr: 1e-3\nbetas: [0.9, 1e-5]\n",
    "experiment/big.yaml": "# @package _global_\ndefaults:\n- override /train/model: efficientnet\n- override /train/optimizer: adam\nseed: 42\n",
    "odd.yaml": "a: 010\nb: 0o10\nc: 1:30\nd: .5\ne: 1e-5\nf: 1e16\ng: yes\nh: y\ni: ''\nj: 2020-01-02\nk: inf\nl: \"a\\nb\"\n"
    "m: it's\nn: \"'\"\no: 'a: b'\np: é😀\nq: \"a\\tb\"\nr: [[1, 2], {a: b}, [], {}]\ns: ???\nt: -.5\nu: '0x1F'\n"
    "v: aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo pppp qqqq rrrr ssss\n"
    "w: \"aaaa: bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo pppp qqqq rrrr\"\n"
    "x: \"aaaa\\tbbbb cccc dddd eeee ffff gggg hhhh iiii jjjj kkkk llll mmmm nnnn oooo pppp qqqq rrrr\"\n"
    "y: \"tail \\n lead\"\n? \"two\\nlines\"\n: 1\nz: 12345678901234567890123\n",
}


def configs(s, folder="conf", enabled=True):
    s.project()
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: echo done\n    params:\n    - params.yaml:\n")
    s.write("params.yaml", "# mine\nold: 1\n")
    for name, text in CONFIGS.items():
        s.write(f"{folder}/{name}", text)
    if enabled:
        s.run("config", "hydra.enabled", "True")
    s.commit()
    s.cross = False


@scenario(T)
def composed(s):
    configs(s)
    s.run("exp", "run", "-n", "plain")
    s.run("exp", "run", "-n", "two", "-S", "train/model=efficientnet", "-S", "train.optimizer.lr=0.1", "-S", "+new={a: [1]}")
    s.run("exp", "run", "-n", "three", "-S", "experiment=big", "-S", "~dataset", "-S", "seed=null")
    s.run("exp", "run", "-n", "four", "--no-hydra", "-S", "seed=3")


@scenario(T)
def odd_values(s):
    configs(s)
    s.run("config", "hydra.config_name", "odd")
    s.run("exp", "run", "-n", "odd")


@scenario(T)
def elsewhere(s):
    configs(s, "other/conf")
    s.run("config", "hydra.config_dir", "other/conf")
    s.run("exp", "run", "-n", "one", "--temp", "-S", "dataset=imagewoof")
    s.run("exp", "run", "-n", "two", "-S", "dataset=[imagenette,imagewoof]", "-S", "seed=9")


@scenario(T)
def refused(s):
    configs(s)
    for change in ("dataset=nope", "nope=1", "train.model.nope=1", "+dataset=imagewoof", "~nope", "dataset=5", "++dataset=imagewoof",
                   "dataset@foo=imagewoof", "a=1,2", "seed@x=1", "seed=${nope}"):
        s.run("exp", "run", "-n", "one", "-S", change)
    s.run("config", "hydra.config_name", "nope")
    s.run("exp", "run", "-n", "one")
    s.run("config", "hydra.config_dir", "nope")
    s.run("exp", "run", "-n", "one")
