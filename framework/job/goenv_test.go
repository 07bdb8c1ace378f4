package job_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGoenvWithoutGoSaysSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := newRig(t)
	_, err := r.load(`variable "root" { default = goenv("GOROOT") }`)
	require.ErrorContains(t, err, "the go command is needed and was not found: install Go, or put its bin folder into PATH")

	r.opts.Vars = map[string]string{"root": "/elsewhere"}
	_, err = r.load(`variable "root" { default = "${goenv("GOROOT")}/src" }`)
	require.NoError(t, err, "a default that is replaced need not work here")
}

func TestGoenvOfAGoThatDoesNotWork(t *testing.T) {
	for script, want := range map[string]string{
		"#!/bin/sh\necho no toolchain >&2\nexit 3\n": "go env failed: exit status 3: no toolchain.",
		"#!/absent/sh\n":                       "go env failed: fork/exec ",
		"#!/bin/sh\necho GOROOT=/usr/lib/go\n": "go env printed something else than JSON: invalid character 'G'",
	} {
		bin := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o777))
		t.Setenv("PATH", bin+":/bin:/usr/bin")
		_, err := newRig(t).load(`variable "root" { default = goenv("GOROOT") }`)
		require.ErrorContains(t, err, want)
	}
}
