package job

import (
	"encoding/json"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Plugin is what a plugin block says, ready for an executor. Zero values ask
// for the executor's defaults.
type Plugin struct {
	// Name is the label of the block, and the executor's name.
	Name string
	// Path is that of the executable, absolute.
	Path string
	// Workers is the number of worker processes, 0 for one per CPU.
	Workers int
	// Args, Dir and Env are for the processes. Dir is absolute or empty.
	Args []string
	Dir  string
	Env  map[string]string
	// Config is for the plugin to read, nil for none.
	Config json.RawMessage
	// SHA256 is what the executable's content must hash to, in hex.
	SHA256       string
	StartTimeout time.Duration
	Grace        time.Duration
	// MaxMessage is the size limit of one message, in bytes.
	MaxMessage int
	// MaxTasks is how many calls a process may run, and MaxRSS how many bytes it
	// may hold, before it is replaced.
	MaxTasks int
	MaxRSS   int64
	// Threads is how many threads the code of one worker is to use.
	Threads int
	// Nice is the nice level of the processes.
	Nice int
}

// minMaxMessage is the least that an executor accepts as the size limit of a
// message.
const minMaxMessage = 1 << 10

// plugin is a plugin block.
type plugin struct {
	Plugin
	source string // absolute
	build  bool   // source is a folder
	at     hcl.Range
}

func (l *loader) loadPlugin(b *hcl.Block) {
	content := l.content(b.Body, pluginSchema())
	p := &plugin{at: b.DefRange}
	p.Name = b.Labels[0]
	l.job.plugins = append(l.job.plugins, p)
	hasSource := l.required(b, content, "source", `"./plugin"`)
	l.decode(content, func(d *decoder) {
		l.decodeProgram(d, p)
		p.Workers = d.whole("workers", 0, 0)
		p.Grace = d.duration("grace")
		p.MaxMessage = d.size("max_message", minMaxMessage)
		p.MaxTasks = d.whole("max_tasks_per_process", 1, 0)
		p.MaxRSS = d.bytes("max_rss")
		p.Threads = d.whole("threads", 1, 0)
		p.Nice = d.within("nice", -20, 19, 0)
	})
	if l.opts.Workers != nil {
		p.Workers = *l.opts.Workers
	}
	p.Config = l.loadConfig(content.Blocks).values
	if hasSource && p.source != "" {
		p.at = content.Attributes["source"].Expr.Range()
		if l.opts.Executor == nil {
			l.checkSource(p, content)
		}
	}
}

// decodeProgram reads what a plugin block and an attach block say about the
// program that is started.
func (l *loader) decodeProgram(d *decoder, p *plugin) {
	if source := d.path("source", ""); source != "" {
		p.source = l.machine.resolve(source)
	}
	p.Args = d.texts("args")
	if dir := d.path("dir", ""); dir != "" {
		p.Dir = l.machine.resolve(dir)
	}
	p.Env = d.textMap("env")
	p.SHA256 = d.text("sha256", "")
	p.StartTimeout = d.duration("start_timeout")
}
