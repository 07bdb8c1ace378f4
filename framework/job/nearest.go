package job

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// nearest returns the candidate that name is most likely a misspelling of,
// empty for none.
func nearest(name string, candidates []string) string {
	best, bestScore := "", 0.0
	for _, c := range candidates {
		// Below a half words have little in common.
		if score := levenshtein.Similarity(name, c, nil); score >= 0.5 && score > bestScore {
			best, bestScore = c, score
		}
	}
	return best
}

// meant ends a message about a name that is unknown: with what was most likely
// meant, with all that there are if they are few, or just so.
func meant(name string, candidates []string) string {
	const few = 12
	best := nearest(name, candidates)
	switch {
	case best != "":
		return fmt.Sprintf("; did you mean %q?", best)
	case len(candidates) == 0 || len(candidates) > few:
		return "."
	case len(candidates) == 1:
		return "; there is only " + candidates[0] + "."
	}
	return "; there are " + strings.Join(candidates, ", ") + "."
}

// aside is meant for the middle of a sentence.
func aside(name string, candidates []string) string {
	if best := nearest(name, candidates); best != "" {
		return fmt.Sprintf(" (did you mean %q?)", best)
	}
	return ""
}
