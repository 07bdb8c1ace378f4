package job

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"unicode/utf8"
)

// maxSource is how long a job file may be, in bytes. The parser takes
// some hundred times the length of a file that is not HCL.
const maxSource = 1 << 20

// readSource reads a job file, which must be text. Nothing else gets as far as
// to the parser.
func readSource(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	source, err := io.ReadAll(io.LimitReader(f, maxSource+1))
	switch {
	case err != nil:
		return nil, err
	case bytes.IndexByte(source, 0) >= 0 || len(source) <= maxSource && !utf8.Valid(source):
		return nil, fmt.Errorf("%s is not text: a job file is HCL, in UTF-8", path)
	case len(source) > maxSource:
		return nil, fmt.Errorf("%s has more than %d bytes: data belongs into files of its own, which jsondecode(file(\"…\")) reads", path, maxSource)
	}
	return source, nil
}
