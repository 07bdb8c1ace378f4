package archtest_test

import (
	"bytes"
	"io/fs"
	"strconv"
)

// eachLine calls see for each line of the text files whose names are wanted,
// with its place, such as "sdk/task.go:12".
func eachLine(root fs.FS, wanted func(name string) bool, see func(at string, line []byte)) error {
	return fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".git":
			return fs.SkipDir
		case !entry.Type().IsRegular(), !wanted(name):
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			return err
		}
		number := 0
		for line := range bytes.Lines(text) {
			number++
			see(name+":"+strconv.Itoa(number), line)
		}
		return nil
	})
}
