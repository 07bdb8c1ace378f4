package main

import (
	"encoding/json"
	"io"

	"github.com/signalbox-go/signalbox/framework/job"
)

// openSummary opens the file for the summary; - is standard output.
func openSummary(path string, stdout io.Writer, j *job.Job) (*reportFile, error) {
	const what = "the summary"
	if path == "-" {
		return &reportFile{what: what, w: stdout}, nil
	}
	return openReport("summary", what, path, j)
}

// writeSummary writes the summary as JSON.
func writeSummary(f *reportFile, sum job.Summary) error {
	return f.write(func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(sum)
	})
}
