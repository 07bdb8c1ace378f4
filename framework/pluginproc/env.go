package pluginproc

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/signalbox-go/signalbox/framework/internal/osproc"
	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
)

// hostEnv lists what a plugin sees of the host's environment: enough to find
// programs, the home and temporary folders, and to speak the user's language.
// Secrets travel in environments, so everything else has to be asked for.
// GOCOVERDIR makes a plugin that was built for it report its test coverage, and
// GORACE sets the race detector of one that was built with it.
func hostEnv(name string) bool {
	if strings.HasPrefix(name, "LC_") {
		return true
	}
	if runtime.GOOS == "windows" {
		return slices.ContainsFunc(windowsEnv(), func(n string) bool { return strings.EqualFold(n, name) })
	}
	switch name {
	case "PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "USER", "LOGNAME", "SHELL", "GOCOVERDIR", "GORACE":
		return true
	}
	return false
}

func windowsEnv() []string {
	return []string{
		"Path", "PathExt", "SystemRoot", "SystemDrive", "windir", "ComSpec", "Temp", "Tmp", "UserProfile", "UserName", "UserDomain",
		"HomeDrive", "HomePath", "AppData", "LocalAppData", "ProgramData", "ProgramFiles", "ProgramFiles(x86)", "CommonProgramFiles",
		"NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE", "OS", "LANG", "LANGUAGE", "TZ", "GOCOVERDIR", "GORACE",
	}
}

// environment is what the plugin gets; later entries win over earlier ones, so
// that nothing in Config.Env can break the handshake.
func environment(own map[string]string, goPlugin []string) []string {
	var env []string
	for _, kv := range os.Environ() {
		if name, _, ok := strings.Cut(kv, "="); ok && hostEnv(name) {
			env = append(env, kv)
		}
	}
	for k, v := range own {
		env = append(env, k+"="+v)
	}
	env = append(env, goPlugin...)
	if osproc.LifePipe {
		env = append(env, handshake.LifeFDEnv+"="+strconv.Itoa(handshake.LifeFD))
	}
	return env
}
