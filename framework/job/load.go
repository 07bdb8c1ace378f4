package job

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// Options are what is asked of a job besides its file. The zero value asks for
// nothing.
type Options struct {
	// Vars replace the defaults of variables, by name. The text is converted
	// to the type of the default; lists and objects are written as in the
	// file, or as JSON.
	Vars map[string]string
	// Workers replaces the number of workers of every plugin, unless it is nil;
	// 0 means one per CPU.
	Workers *int
	// Attach are event plugins to attach besides those of the file: names of
	// those that this program offers itself (sdk.ServeIfPlugin), and paths of
	// executables or folders of Go main packages, which have a separator in them
	// and, if relative, begin at the working directory. They may do nothing but
	// listen and have no configuration: that needs an attach block.
	Attach []string
	// Observers observe the scheduler of the run, besides event plugins.
	Observers []scheduler.Observer
	// Logger is where the job, its scheduler and its plugins log. The default
	// is slog's default logger.
	Logger *slog.Logger
	// Executor makes the executor of a plugin, for programs that run tasks
	// otherwise than in processes. Sources are then neither checked nor built.
	Executor func(Plugin) scheduler.Executor

	// Locked makes it a mistake if a plugin is an executable that no checksum
	// pins: neither sha256 in the job file nor the lock file (see [Lock]), which is
	// heeded in any case. Plugins that are built from source are not concerned.
	Locked bool

	blind  bool // see machine
	relock bool // the lock file is to be written anew
}

// Job is a job file that was read and found to be without mistakes.
type Job struct {
	path     string
	log      *slog.Logger
	opts     Options
	files    map[string]*hcl.File
	plugins  []*plugin
	attached []*attachBlock
	tasks    []*taskBlock
	blocks   []*onBlock
	output   *output
	run      runBlock
	warnings hcl.Diagnostics
	scope    *scope

	mu      sync.Mutex
	current *runState // the run that goes on
}

// Warnings returns what was found that does not keep the job from running, as
// text that points at its places, empty for nothing: that an optional event
// plugin cannot be attached.
func (j *Job) Warnings() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.warnings) == 0 {
		return ""
	}
	return sortDiagnostics(j.warnings, j.files, nil).Error()
}

// Load reads a job file and checks all of it. It runs no plugin and writes
// nothing. Mistakes are a [*DiagnosticsError]; a file that cannot be read is
// the error of reading it.
func Load(path string, opts Options) (*Job, error) {
	source, err := readSource(path)
	if err != nil {
		return nil, fmt.Errorf("job: the job file cannot be read: %w", err)
	}
	return loadSource(path, source, opts)
}

func loadSource(path string, source []byte, opts Options) (*Job, error) {
	if opts.Workers != nil && *opts.Workers < 0 {
		return nil, fmt.Errorf("job: Options.Workers is %d: it must be 0, for one per CPU, or more; nil is for what the job file says", *opts.Workers)
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("job: the job file's folder is not known: %w", err)
	}
	parser := hclparse.NewParser()
	file, diags := parser.ParseHCL(source, path)
	l := &loader{
		job:     &Job{path: path, log: opts.Logger, opts: opts, files: parser.Files()},
		machine: newMachine(dir, opts.blind),
		opts:    opts,
		diags:   diags,
	}
	// What a syntax error leaves of a file is too little to say more about it.
	if !diags.HasErrors() {
		l.loadLock(parser)
		l.load(file.Body)
	}
	if err := newDiagnosticsError(l.diags, parser.Files(), nil); err != nil {
		return nil, err
	}
	l.job.warnings = l.diags
	return l.job, nil
}

// loader is a job in the making, with the mistakes found so far.
type loader struct {
	job     *Job
	machine *machine
	opts    Options
	scope   *scope // with the variables
	lock    lockFile
	diags   hcl.Diagnostics
}

func (l *loader) load(body hcl.Body) {
	content := l.content(body, fileSchema())
	if len(content.Blocks) == 0 && !l.diags.HasErrors() {
		l.fail(body.MissingItemRange(), "Nothing to run", "A job file needs blocks, such as plugin, task and on.")
	}
	blocks := content.Blocks.ByType()
	l.loadVariables(blocks["variable"])
	l.unique(blocks["plugin"], "plugin")
	for _, b := range blocks["plugin"] {
		l.loadPlugin(b)
	}
	l.unique(blocks["task"], "task")
	for _, b := range blocks["task"] {
		l.loadTask(b)
	}
	for _, t := range l.job.tasks {
		l.loadExtensions(t)
	}
	l.unique(blocks["attach"], "plugin to attach")
	for _, b := range blocks["attach"] {
		l.loadAttach(b)
	}
	l.loadAttached()
	l.loadOutput(l.single(blocks["output"]))
	l.loadRun(l.single(blocks["run"]))
	events := knownEvents()
	for _, b := range blocks["on"] {
		l.loadOn(b, events)
	}
	l.job.scope = l.scope
}

// content reads a body of which everything has to be known.
func (l *loader) content(body hcl.Body, s *hcl.BodySchema) *hcl.BodyContent {
	content, diags := body.Content(s)
	l.diags = append(l.diags, diags...)
	if content == nil {
		content = &hcl.BodyContent{}
	}
	return content
}

// decode calls read with a decoder for the arguments of content.
func (l *loader) decode(content *hcl.BodyContent, read func(*decoder)) {
	d := &decoder{scope: l.scope, attrs: content.Attributes}
	read(d)
	l.diags = append(l.diags, d.diags...)
}

func (l *loader) fail(at hcl.Range, summary, format string, args ...any) {
	l.diags = append(l.diags, mistake(at, summary, format, args...))
}

// unique finds names that are taken or empty.
func (l *loader) unique(blocks hcl.Blocks, what string) {
	first := map[string]hcl.Range{}
	for _, b := range blocks {
		name := b.Labels[0]
		if strings.TrimSpace(name) == "" {
			l.fail(b.LabelRanges[0], "Name missing", "A %s needs a name.", what)
			continue
		}
		if at, taken := first[name]; taken {
			l.fail(b.LabelRanges[0], "Name taken", "There is a %s %q already, on line %d: give one of the two another name.", what, name, at.Start.Line)
			continue
		}
		first[name] = b.LabelRanges[0]
	}
}

// single returns the only block, nil for none.
func (l *loader) single(blocks hcl.Blocks) *hcl.Block {
	if len(blocks) == 0 {
		return nil
	}
	for _, b := range blocks[1:] {
		l.fail(b.DefRange, "Second block", "There can be one %s block, and there is one on line %d.", b.Type, blocks[0].DefRange.Start.Line)
	}
	return blocks[0]
}

// required says that an argument is missing.
func (l *loader) required(b *hcl.Block, content *hcl.BodyContent, name, example string) bool {
	if _, ok := content.Attributes[name]; ok {
		return true
	}
	l.fail(b.DefRange, "Argument missing", "%s needs %s, such as %s.", b.Type, name, example)
	return false
}
