package analysis

// Input says which file to analyse.
type Input struct {
	Path string `json:"path"`
}

// Stats are what is in one file. Of a file with syntax errors they count what
// the parser could make of it.
type Stats struct {
	Package  string `json:"package"` // name in the package clause
	Bytes    int    `json:"bytes"`
	Lines    int    `json:"lines"`
	Imports  int    `json:"imports"`
	Types    int    `json:"types"`    // declared at package level or in functions
	Comments int    `json:"comments"` // groups of comments without a blank line

	// Functions are the declared ones, methods included. A function literal
	// belongs to the function that it stands in.
	Functions       int        `json:"functions"`
	LongestFunction *Length    `json:"longest_function,omitempty"`
	Complexity      Complexity `json:"complexity"`

	// SyntaxErrors are the first ten, and how many there are more. A file that
	// parses has none.
	SyntaxErrors []string `json:"syntax_errors,omitempty"`
}

// Length is a function and its number of lines, from "func" to the closing
// brace.
type Length struct {
	Name  string `json:"name"`
	Lines int    `json:"lines"`
}

// Complexity is the cyclomatic complexity of a file's functions: for each, 1
// plus the number of its if, for, case, && and ||.
type Complexity struct {
	Total int       `json:"total"`
	Max   *Function `json:"max,omitempty"`
}

// Function is a function and its cyclomatic complexity.
type Function struct {
	Name       string `json:"name"`
	Complexity int    `json:"complexity"`
}
