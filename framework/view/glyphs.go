package view

// glyphs are what lines are made of. Each is as wide as its counterpart in
// every other set.
type glyphs struct {
	topLeft, topRight, bottomLeft, bottomRight string
	across, down                               string

	branch, lastBranch, trunk string // of the tree below the scheduler
	twig, lastTwig            string // of handlers below their event
}

var unicodeGlyphs = glyphs{
	topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯",
	across: "─", down: "│",
	branch: "┣━━ ", lastBranch: "┗━━ ", trunk: "┃   ",
	twig: "├── ", lastTwig: "└── ",
}

var asciiGlyphs = glyphs{
	topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+",
	across: "-", down: "|",
	branch: "|-- ", lastBranch: "`-- ", trunk: "|   ",
	twig: "|-- ", lastTwig: "`-- ",
}

// indent stands where a trunk or twig has ended.
const indent = "    "
