#include "exp/names.hpp"

#include <array>
#include <string>
#include <string_view>

namespace expcore::exp {
namespace {

// Our own words; the shape (five letters, a dash, four letters) is DVC's.
constexpr auto first_words = std::to_array<std::string_view>({
    "agile", "alert", "alive", "amber", "ample", "azure", "basic", "beige", "blank", "bleak",
    "blond", "blunt", "bonny", "brave", "brief", "brisk", "broad", "brown", "buoys", "cheap",
    "civic", "clean", "clear", "close", "coral", "crisp", "curly", "daily", "dandy", "dense",
    "dizzy", "dream", "dusty", "eager", "early", "easel", "elder", "elite", "empty", "equal",
    "exact", "extra", "faint", "fancy", "fiery", "final", "first", "fixed", "fleet", "fluid",
    "focal", "frank", "fresh", "front", "fuzzy", "giant", "given", "gleam", "globe", "grand",
    "grave", "great", "green", "gusty", "handy", "happy", "hardy", "hasty", "hazel", "heavy",
    "hefty", "homey", "human", "humid", "ideal", "inner", "ionic", "ivory", "jaded", "jaunt",
    "jazzy", "jolly", "juicy", "khaki", "known", "large", "later", "leafy", "legal", "level",
    "light", "lilac", "limes", "local", "loose", "loyal", "lucid", "lucky", "lunar", "lusty",
    "magic", "major", "mango", "mauve", "meaty", "merry", "milky", "minor", "misty", "mixed",
    "modal", "moist", "moral", "mossy", "muddy", "murky", "muted", "naive", "naval", "nifty",
    "noble", "noisy", "novel", "oaken", "ocean", "olive", "outer", "paper", "pasty", "peach",
    "pearl", "perky", "plain", "plumb", "plush", "polar", "posed", "prime", "proud", "quick",
    "quiet", "rapid", "ready", "regal", "ridge", "right", "rigid", "roast", "robin", "rocky",
    "rough", "round", "royal", "ruddy", "rural", "rusty", "salty", "sandy", "satin", "savvy",
    "sharp", "sheer", "shiny", "short", "silky", "silly", "sixth", "slate", "sleek", "slick",
    "small", "smart", "smoky", "snowy", "solar", "solid", "sonic", "sound", "spare", "spicy",
    "steep", "stern", "still", "stony", "stout", "suave", "sunny", "super", "swank", "sweet",
    "swift", "tacit", "tangy", "tasty", "tepid", "third", "tidal", "tiger", "tight", "tonal",
    "topaz", "total", "tough", "tulip", "twice", "ultra", "umber", "upper", "urban", "usual",
    "utter", "valid", "vapid", "vivid", "vocal", "waxen", "weary", "weird", "wheat", "white",
    "whole", "windy", "witty", "woody", "woven", "young", "yucky", "zesty",
});
constexpr auto second_words = std::to_array<std::string_view>({
    "acre", "arch", "atom", "aunt", "axle", "bark", "barn", "bead", "beam", "bear", "bell", "belt",
    "bike", "bird", "boat", "bolt", "bone", "book", "boot", "bowl", "brim", "bulb", "burn", "bush",
    "cake", "calf", "cape", "card", "cart", "cave", "chef", "chip", "city", "clay", "clip", "club",
    "coal", "coat", "coin", "cone", "cord", "cork", "corn", "cove", "crab", "crew", "crow", "cube",
    "cuff", "dawn", "deck", "deer", "desk", "dial", "dice", "dish", "dock", "dome", "door", "dove",
    "drum", "duck", "dune", "dusk", "echo", "edge", "elks", "fawn", "fern", "film", "fire", "fish",
    "flag", "foam", "foil", "fork", "frog", "fuse", "gate", "gear", "gift", "glen", "goat", "gold",
    "golf", "gong", "gull", "harp", "hawk", "heap", "herb", "herd", "hill", "hive", "hook", "horn",
    "hull", "iris", "iron", "isle", "jade", "jail", "jazz", "jeep", "kale", "keel", "kelp", "kite",
    "knee", "knob", "knot", "lace", "lake", "lamb", "lamp", "lane", "lark", "lava", "leaf", "lens",
    "lily", "lime", "lion", "loaf", "lock", "loom", "loop", "lute", "lynx", "mask", "mast", "maze",
    "meal", "mesa", "mill", "mint", "mist", "moat", "mole", "moon", "moss", "moth", "mule", "myth",
    "nail", "navy", "nest", "newt", "node", "nook", "noon", "oath", "oboe", "onyx", "opal", "orca",
    "oven", "page", "palm", "park", "path", "peak", "pear", "peat", "pier", "pine", "pipe", "plum",
    "poem", "pole", "pond", "pony", "pool", "port", "prow", "puma", "quay", "quiz", "raft", "rail",
    "rain", "ramp", "reed", "reef", "ring", "road", "robe", "rock", "roof", "rook", "room", "root",
    "rope", "rose", "ruby", "rune", "sail", "salt", "sand", "seal", "seed", "shed", "ship", "shoe",
    "silk", "skis", "slab", "sled", "snow", "soap", "sock", "sofa", "soil", "song", "soup", "spur",
    "star", "stem", "step", "surf", "swan", "tack", "tale", "tent", "tide", "tile", "toad", "tomb",
    "tone", "tool", "tree", "trio", "tuba", "tuna", "tusk", "twig", "vale", "vase", "veil", "vine",
    "vole", "wall", "wand", "wasp", "wave", "weir", "well", "whey", "wick", "wind", "wing", "wire",
    "wolf", "wood", "wool", "wren", "yard", "yarn", "yawl", "yoke", "zinc", "zone",
});

}  // namespace

std::string random_name(std::mt19937_64& random) {
  std::uniform_int_distribution<std::size_t> first(0, first_words.size() - 1);
  std::uniform_int_distribution<std::size_t> second(0, second_words.size() - 1);
  return std::string(first_words[first(random)]) + "-" + std::string(second_words[second(random)]);
}

std::string unused_name(std::mt19937_64& random,
                        const std::function<bool(const std::string& name)>& is_taken) {
  constexpr int few = 10;
  std::string suffix;
  for (int number = 2;; ++number) {
    for (int i = 0; i < few; ++i) {
      std::string name = random_name(random) + suffix;
      if (!is_taken(name)) return name;
    }
    suffix = "-" + std::to_string(number);
  }
}

}  // namespace expcore::exp
