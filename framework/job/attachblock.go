package job

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/eventplugin"
	"github.com/signalbox-go/signalbox/framework/task"
)

// attachBlock is an attach block: an event plugin.
type attachBlock struct {
	plugin
	part     string
	allow    []string
	filter   []string
	delivery string // empty for what the plugin asks for
	optional bool
	hidden   bool
	flush    time.Duration
	stall    time.Duration
	bundled  bool                 // it is one of this program's own
	config   map[string]hcl.Range // of the attributes of its configuration
}

// Deliveries of an event plugin.
const (
	deliverySkip     = "skip"
	deliveryLossless = "lossless"
)

func (l *loader) loadAttach(b *hcl.Block) {
	content := l.content(b.Body, attachSchema())
	a := &attachBlock{plugin: plugin{at: b.DefRange}, config: map[string]hcl.Range{}}
	a.Name = b.Labels[0]
	l.job.attached = append(l.job.attached, a)
	bundled, _ := task.OfferedPlugins()
	l.decode(content, func(d *decoder) {
		a.source = d.path("source", "")
		a.part = d.text("plugin", "")
		a.Args = d.texts("args")
		if dir := d.path("dir", ""); dir != "" {
			a.Dir = l.machine.resolve(dir)
		}
		a.Env = d.textMap("env")
		a.SHA256 = d.text("sha256", "")
		a.StartTimeout = d.duration("start_timeout")
		a.flush = d.duration("flush")
		a.stall = d.duration("stall")
		a.delivery = d.choice("delivery", "", deliverySkip, deliveryLossless)
		a.optional = d.bool("optional", false)
		a.hidden = d.bool("hidden", true)
		a.filter = d.texts("filter")
		a.allow = d.texts("allow")
		for _, word := range a.allow {
			if words := eventplugin.Permissions(); !slices.Contains(words, word) {
				d.fail(content.Attributes["allow"].Expr.Range(), "Out of range", "There is nothing called %q to allow: there are %s.", word, strings.Join(words, ", "))
			}
		}
		if err := eventplugin.CheckFilter(a.filter...); err != nil {
			d.fail(content.Attributes["filter"].Expr.Range(), "Out of range", "%v.", err)
		}
	})
	_, hasSource := content.Attributes["source"]
	if a.bundled = !hasSource && slices.Contains(bundled, a.offers()); !a.bundled {
		l.requiredOf(b, content, "source", `"./alert"`, bundled)
	}
	a.Config = l.loadConfig(content.Blocks)
	for _, inner := range content.Blocks {
		attrs, _ := inner.Body.JustAttributes() // whose mistakes have been told
		for name, attr := range attrs {
			a.config[name] = attr.Range
		}
	}
	if hasSource && a.source != "" {
		a.at = content.Attributes["source"].Expr.Range()
		a.source = l.machine.resolve(a.source)
		l.checkSource(&a.plugin, content)
	}
}

// spec makes the event plugin of a block.
func (a *attachBlock) spec(path string) *eventplugin.Spec {
	opts := []eventplugin.Option{eventplugin.Name(a.Name), eventplugin.Part(a.part), eventplugin.Args(a.Args...), eventplugin.Dir(a.Dir),
		eventplugin.Env(a.Env), eventplugin.SHA256(a.SHA256), eventplugin.Allow(a.allow...), eventplugin.Filter(a.filter...)}
	if a.Config != nil {
		opts = append(opts, eventplugin.Config(a.Config))
	}
	switch a.delivery {
	case deliverySkip:
		opts = append(opts, eventplugin.Skip())
	case deliveryLossless:
		opts = append(opts, eventplugin.Lossless())
	}
	if a.optional {
		opts = append(opts, eventplugin.Optional())
	}
	if !a.hidden {
		opts = append(opts, eventplugin.Shown())
	}
	if a.StartTimeout > 0 {
		opts = append(opts, eventplugin.StartTimeout(a.StartTimeout))
	}
	if a.flush > 0 {
		opts = append(opts, eventplugin.FlushWithin(a.flush))
	}
	if a.stall > 0 {
		opts = append(opts, eventplugin.StallAfter(a.stall))
	}
	if a.bundled {
		return eventplugin.Self(a.offers(), append(opts, eventplugin.Part(a.offers()))...)
	}
	return eventplugin.Plugin(path, opts...)
}

// offers is the name of the event plugin that the program is to serve as.
func (a *attachBlock) offers() string {
	if a.part != "" {
		return a.part
	}
	return a.Name
}

// requiredOf says that source is missing, where no bundled plugin is meant.
func (l *loader) requiredOf(b *hcl.Block, content *hcl.BodyContent, name, example string, bundled []string) {
	if l.required(b, content, name, example) || len(bundled) == 0 {
		return
	}
	l.diags[len(l.diags)-1].Detail += " Without it, only these can be attached: " + strings.Join(bundled, ", ") + "."
}

// explain says what kept the plugin from being attached, at the attribute of
// its configuration that is to blame, if there is one.
func (a *attachBlock) explain(err error) *hcl.Diagnostic {
	text := strings.TrimPrefix(plain(err), "eventplugin: "+a.Name+": ")
	text = strings.TrimPrefix(text, "session: open: set-up of the plugin failed: ")
	d := mistake(a.at, "Event plugin cannot be attached", "%s", ofPlugin(errText(text), a.Name))
	if d.Subject == nil {
		d.Summary = fmt.Sprintf("Event plugin %q cannot be attached", a.Name)
		if strings.HasPrefix(text, "configuration: ") {
			d.Detail += "\nIts configuration needs an attach block in the job file."
		}
	}
	for name, at := range a.config {
		if strings.HasPrefix(text, "configuration: "+name+": ") || strings.HasPrefix(text, "configuration: there is no attribute \""+name+"\"") {
			d.Subject = &at
		}
	}
	return d
}

// errText is an error that is no more than its text.
type errText string

// Error returns the text.
func (e errText) Error() string { return string(e) }
