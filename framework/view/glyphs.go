package view

// glyphs are what lines are made of. Each is as wide as its counterpart in
// every other set, the ellipsis apart.
type glyphs struct {
	topLeft, topRight, bottomLeft, bottomRight string
	across, down                               string

	branch, lastBranch, trunk string // of the tree below the scheduler
	twig, lastTwig            string // of handlers below their event

	ellipsis string
}

var unicodeGlyphs = glyphs{
	topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯",
	across: "─", down: "│",
	branch: "┣━━ ", lastBranch: "┗━━ ", trunk: "┃   ",
	twig: "├── ", lastTwig: "└── ",
	ellipsis: "…",
}

var asciiGlyphs = glyphs{
	topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+",
	across: "-", down: "|",
	branch: "|-- ", lastBranch: "`-- ", trunk: "|   ",
	twig: "|-- ", lastTwig: "`-- ",
	ellipsis: "...",
}

// indent stands where a trunk or twig has ended.
const indent = "    "
