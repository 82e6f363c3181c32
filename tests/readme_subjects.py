"""What the generated READMEs are about: subjects with areas, and topics in each."""

from __future__ import annotations

SUBJECTS: dict[str, dict[str, tuple[str, ...]]] = {
    "Bread Baking": {
        "Sourdough Basics": ("a rye starter", "autolyse", "the windowpane test", "bulk fermentation", "hydration"),
        "Shaping and Scoring": ("the bench rest", "bannetons", "the batard", "scoring patterns", "surface tension"),
        "Ovens and Steam": ("baking stones", "Dutch ovens", "deck ovens", "steam injection", "oven spring"),
        "Grain and Milling": ("stone mills", "spelt", "ash content", "sifting", "malted barley"),
    },
    "Backyard Astronomy": {
        "The Night Sky": ("star charts", "the ecliptic", "circumpolar stars", "averted vision", "light pollution"),
        "Telescopes & Mounts": ("Newtonian mirrors", "collimation", "equatorial mounts", "eyepieces", "finder scopes"),
        "Planets and the Moon": ("lunar craters", "Saturn's rings", "Martian oppositions", "libration"),
        "Astrophotography": ("dark frames", "stacking", "polar alignment", "guiding", "narrowband filters"),
    },
    "Film Photography": {
        "Exposure": ("the zone system", "light meters", "reciprocity failure", "sunny sixteen", "pushing film"),
        "Darkroom Work": ("contact sheets", "stop bath", "dodging and burning", "split grade printing", "fixer"),
        "Cameras and Lenses": ("rangefinders", "leaf shutters", "the circle of confusion", "bellows", "flare"),
    },
    "Music Theory": {
        "Harmony": ("secondary dominants", "voice leading", "the Neapolitan chord", "suspensions", "cadences"),
        "Counterpoint": (
            "first species",
            "the cantus firmus",
            "imitation",
            "invertible counterpoint",
            "fugue subjects",
        ),
        "Rhythm and Metre": ("hemiola", "compound time", "polyrhythm", "syncopation", "metric modulation"),
        "Ear Training": ("interval drills", "solfege", "chord recognition", "dictation"),
    },
    "Vegetable Gardening": {
        "Soil": ("cover crops", "compost heaps", "soil acidity", "green manure", "earthworms", "mulch"),
        "Sowing and Planting": ("cold frames", "hardening off", "seed trays", "succession sowing", "crop rotation"),
        "Pests, Weeds and Diseases": ("slugs", "late blight", "bindweed", "companion planting", "netting"),
        "Harvest and Storage": ("root cellars", "drying beans", "seed saving", "pickling"),
    },
    "Coastal Sailing": {
        "Seamanship": ("reefing", "heaving to", "man overboard drills", "the bowline", "anchoring"),
        "Navigation": ("tidal streams", "dead reckoning", "chart symbols", "leading lines", "compass deviation"),
        "Weather": ("cold fronts", "sea breezes", "the barometer", "synoptic charts", "fog"),
        "Rules of the Road": ("lights and shapes", "sound signals", "traffic separation", "giving way"),
    },
    "Woodworking by Hand": {
        "Joinery": ("dovetails", "mortise and tenon", "the shooting board", "bridle joints", "drawbored pegs"),
        "Tools": ("bench planes", "marking gauges", "cabinet scrapers", "spokeshaves", "Japanese saws"),
        "Sharpening": ("water stones", "the burr", "strops", "hollow grinding", "bevel angles"),
        "Finishing": ("shellac", "boiled linseed oil", "wax", "grain filling"),
    },
    "Bicycle Mechanics": {
        "Drivetrain": ("chain wear", "derailleur limits", "bottom brackets", "cassettes", "the chainline"),
        "Wheels and Tyres": ("spoke tension", "truing", "tubeless sealant", "hub bearings", "rim tape"),
        "Brakes": ("cable pull", "hydraulic bleeding", "pad compounds", "rotor alignment", "levers"),
    },
    "Beekeeping": {
        "The Colony": ("the queen", "brood patterns", "drones", "swarming", "pheromones", "foragers"),
        "Hives and Equipment": ("Langstroth frames", "smokers", "top bar hives", "queen excluders", "wax foundation"),
        "Health": ("varroa counts", "foulbrood", "oxalic acid", "winter losses", "hygienic behaviour"),
        "Honey": ("extraction", "moisture content", "creamed honey", "labelling"),
    },
    "Pottery": {
        "Throwing": ("centring", "pulling walls", "trimming feet", "throwing off the hump", "lidded jars"),
        "Hand Building": ("coils", "slabs", "pinch pots", "slip and score", "sprig moulds"),
        "Glazes": ("celadon", "ash glazes", "crazing", "eutectics", "wax resist", "tenmoku"),
        "Firing": ("cones", "reduction", "raku", "bisque ware", "kiln logs"),
    },
    "Field Geology": {
        "Minerals": ("Mohs hardness", "cleavage", "feldspars", "streak plates", "twinning"),
        "Rocks": ("basalt columns", "cross bedding", "gneiss", "porphyry", "turbidites"),
        "Maps and Sections": ("strike and dip", "contour lines", "outcrop patterns", "unconformities", "faults"),
        "Landscapes and Ice": ("drumlins", "cirques", "river terraces", "karst"),
    },
    "Reading Old Scripts": {
        "Letterforms": ("uncial", "the long s", "ligatures", "Carolingian minuscule", "secretary hand"),
        "Abbreviations": ("suspensions", "the tilde", "nomina sacra", "Tironian notes", "contractions"),
        "Manuscripts": ("quires", "pricking and ruling", "palimpsests", "watermarks", "bindings"),
        "Transcribing": ("diplomatic editions", "apparatus", "damaged lines", "dating by hand"),
    },
    "Knots, Splices and Rigging": {
        "Knots": ("the sheet bend", "hitches", "stoppers", "the alpine butterfly", "the prusik"),
        "Splicing": ("eye splices", "back splices", "double braid", "whipping", "tapering"),
        "Rigging Work": ("block and tackle", "deadeyes", "turnbuckles", "shrouds", "working loads"),
    },
}

TITLES = (
    "Introduction to {}",
    "Getting Started with {}",
    "Why {}?",
    "{} Explained",
    "{} in Practice",
    "{} Step by Step",
    "{} for the Impatient",
    "Understanding {}",
    "{} versus {}",
    "{} and {}",
    "Choosing between {} and {}",
    "Common Mistakes with {}",
    "All about {}",
    "What is {} Good For?",
    "A Closer Look at {}",
    "{} in 10 Minutes",
    "{}, Part 2",
    "{}: What Nobody Tells You",
    "The 7 Rules of {}",
    "{}",
    "How I Learned {}",
)

SENTENCES = (
    "I did not expect {} to depend so much on {}.",
    "The main point is that {} comes before {}.",
    "The teacher took about 20 minutes to show {}, and I had to watch it twice.",
    "Leave everything alone for 30 minutes, then look at {} again.",
    "There are three ways to go about {}, and only one of them works for {}.",
    "It is easy to confuse {} with {}.",
    "I tried {} at home; the result was uneven, but good enough.",
    "Most of the work is in preparing {}.",
    "This explains why {} is left to the end.",
    "A good reference on {} is [this page](https://notes.example.org/{slug}).",
    "After an hour or so {} becomes second nature.",
    "What matters is *patience*, and a **sharp eye** for {}.",
    "Nobody agrees on {}, which surprised me.",
    "Compare {} with {} before deciding.",
    "The video compares {} with {} and ends with a short quiz.",
    "In the old days {} was done by hand.",
    "Keep an eye on {}: it changes within 5 min.",
)

STEPS = (
    "Prepare {}.",
    "Check {} once more.",
    "Write down what you see.",
    "Set {} aside for 10 minutes.",
    "Repeat with {}.",
    "Clean up.",
    "Compare the result with {}.",
)

SUBHEADINGS = ("What I learned", "Steps", "Key ideas", "Setup", "Open questions", "Terms", "Summary", "In short")

CODE = (
    ("```", "# not a heading", "ratio = water / flour", "```"),
    ("```python", "## Area 9: still code", "print('done')  # 30 min", "```"),
    ("```sh", "# Beginner Level", "ls -l *.txt", "```"),
    ("~~~", "> quoted in code", "[Title](https://example.org) (time: 30 min)", "~~~"),
    ("```text", "1. first", "", "2. second", "```"),
)
