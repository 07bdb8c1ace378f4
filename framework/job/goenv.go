package job

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
)

// goenv returns what "go env NAME" prints.
func (m *machine) goenv(name string) (string, error) {
	all, err := m.goEnv()
	if err != nil {
		return "", err
	}
	v, ok := all[name]
	if !ok {
		return "", fmt.Errorf("the go command has no variable %s%s", name, aside(name, slices.Sorted(maps.Keys(all))))
	}
	return v, nil
}

// readGoEnv asks the go command for all its variables, in dir.
func readGoEnv(dir string) (map[string]string, error) {
	path, err := findGo()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, "env", "-json")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return nil, fmt.Errorf("go env failed: %w: %s", err, strings.TrimSpace(string(exit.Stderr)))
		}
		return nil, fmt.Errorf("go env failed: %w", err)
	}
	var all map[string]string
	if err := json.Unmarshal(out, &all); err != nil {
		return nil, fmt.Errorf("go env printed something else than JSON: %w", err)
	}
	return all, nil
}

// findGo returns the path of the go command.
func findGo() (string, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return "", fmt.Errorf("the go command is needed and was not found: install Go, or put its bin folder into PATH: %w", err)
	}
	return path, nil
}
