package job

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// DiagnosticsError is the mistakes of a job file, all that were found.
type DiagnosticsError struct {
	// Diagnostics are in order of their places; those without one come first.
	Diagnostics hcl.Diagnostics
	files       map[string]*hcl.File
	cause       error
}

// Unwrap returns what the diagnostics were made from, nil for mistakes that
// were found by reading the file.
func (e *DiagnosticsError) Unwrap() error { return e.cause }

// newDiagnosticsError returns nil if diags has no errors.
func newDiagnosticsError(diags hcl.Diagnostics, files map[string]*hcl.File, cause error) error {
	if !diags.HasErrors() {
		return nil
	}
	return sortDiagnostics(diags, files, cause)
}

// sortDiagnostics puts diagnostics in order, each once.
func sortDiagnostics(diags hcl.Diagnostics, files map[string]*hcl.File, cause error) *DiagnosticsError {
	e := &DiagnosticsError{files: files, cause: cause}
	seen := map[string]bool{}
	for _, d := range diags {
		if key := d.Error() + d.Detail; !seen[key] {
			seen[key] = true
			e.Diagnostics = append(e.Diagnostics, d)
		}
	}
	slices.SortStableFunc(e.Diagnostics, byPlace)
	return e
}

// byPlace puts what has no place in the file, such as a variable that was given
// from outside, before all that has.
func byPlace(a, b *hcl.Diagnostic) int {
	switch {
	case a.Subject == nil && b.Subject == nil:
		return 0
	case a.Subject == nil:
		return -1
	case b.Subject == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.Subject.Filename, b.Subject.Filename), cmp.Compare(a.Subject.Start.Byte, b.Subject.Start.Byte))
}

// maxShown is how many mistakes Error tells. Files with more of them are of
// another sort than job files.
const maxShown = 20

// Error tells each mistake with its place, the line of the job file and what
// would be right; of very many the first.
func (e *DiagnosticsError) Error() string {
	var out strings.Builder
	for i, d := range e.Diagnostics {
		// To say that there is one more takes as much room as to tell it.
		if more := len(e.Diagnostics) - i; i == maxShown && more > 1 {
			fmt.Fprintf(&out, "\nThere are %d more mistakes.\n", more)
			break
		}
		if i > 0 {
			out.WriteByte('\n')
		}
		e.describe(&out, d)
	}
	return strings.TrimRight(out.String(), "\n")
}

func (e *DiagnosticsError) describe(out *strings.Builder, d *hcl.Diagnostic) {
	summary := d.Summary
	if d.Severity == hcl.DiagWarning {
		summary = "Warning: " + summary
	}
	if d.Subject == nil {
		fmt.Fprintf(out, "%s\n", summary)
	} else {
		fmt.Fprintf(out, "%s: %s\n", place(*d.Subject), summary)
		e.quote(out, *d.Subject)
	}
	for line := range strings.Lines(d.Detail) {
		fmt.Fprintf(out, "    %s\n", strings.TrimRight(line, "\n"))
	}
}

// maxLine is how long a line may be to be quoted, in bytes.
const maxLine = 1 << 10

// quote shows the first line of a range, underlined.
func (e *DiagnosticsError) quote(out *strings.Builder, r hcl.Range) {
	file := e.files[r.Filename]
	if file == nil || r.Start.Byte > len(file.Bytes) {
		return
	}
	start := bytes.LastIndexByte(file.Bytes[:r.Start.Byte], '\n') + 1
	line := file.Bytes[start:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	line = bytes.TrimRight(line, "\r")
	if len(line) > maxLine {
		return
	}
	width := r.End.Column - r.Start.Column
	if r.End.Line != r.Start.Line {
		width = len(line) - (r.Start.Byte - start)
	}
	// Tabs stay tabs, so that the mark stands below what it marks.
	indent := strings.Map(func(c rune) rune {
		if c == '\t' {
			return c
		}
		return ' '
	}, string(file.Bytes[start:min(r.Start.Byte, start+len(line))]))
	number := fmt.Sprintf("%4d", r.Start.Line)
	fmt.Fprintf(out, "%s | %s\n%s | %s%s\n", number, line, strings.Repeat(" ", len(number)), indent, strings.Repeat("^", max(width, 1)))
}

// place returns file, line and column as editors and terminals know it.
func place(r hcl.Range) string {
	return fmt.Sprintf("%s:%d:%d", r.Filename, r.Start.Line, r.Start.Column)
}

// mistake makes a diagnostic that points at subject, the zero range for what
// has no place in the file.
func mistake(subject hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...)}
	if subject != (hcl.Range{}) {
		d.Subject = &subject
	}
	return d
}

// BlockError is a failure to evaluate an on block or do what it says.
type BlockError struct {
	// Where is file, line and column.
	Where string
	// Event is the label of the block.
	Event string
	// Err says what was wrong.
	Err error
}

// Error tells place and reason.
func (e *BlockError) Error() string { return fmt.Sprintf("%s: on %q: %v", e.Where, e.Event, e.Err) }

// Unwrap returns Err.
func (e *BlockError) Unwrap() error { return e.Err }

// oneLine returns diagnostics as the error of one line, at the first place.
func oneLine(label string, at hcl.Range, diags hcl.Diagnostics) *BlockError {
	e := &BlockError{Where: place(at), Event: label}
	var texts []string
	for _, d := range diags {
		if d.Subject != nil && len(texts) == 0 {
			e.Where = place(*d.Subject)
		}
		text := d.Summary
		if d.Detail != "" {
			text += ": " + d.Detail
		}
		texts = append(texts, strings.ReplaceAll(text, "\n", " "))
	}
	e.Err = fmt.Errorf("%s", strings.Join(texts, "; "))
	return e
}
