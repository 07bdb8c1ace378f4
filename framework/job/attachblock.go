package job

import (
	"errors"
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
	bundled  bool // it is one of this program's own
	config   configBlock
	absent   error // why it cannot be attached, if it is optional
}

// Deliveries of an event plugin.
const (
	deliverySkip     = "skip"
	deliveryLossless = "lossless"
)

func (l *loader) loadAttach(b *hcl.Block) {
	content := l.content(b.Body, attachSchema())
	a := &attachBlock{plugin: plugin{at: b.DefRange}}
	a.Name = b.Labels[0]
	l.job.attached = append(l.job.attached, a)
	l.decode(content, func(d *decoder) {
		l.decodeProgram(d, &a.plugin)
		a.part = d.text("plugin", "")
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
	bundled := bundledPlugin(a.offers())
	if a.bundled = !hasSource && bundled != nil; !a.bundled {
		l.requiredOf(b, content, "source", `"./alert"`)
	}
	a.config = l.loadConfig(content.Blocks)
	a.Config = a.config.values
	l.orWithout(a, func() {
		if a.bundled {
			l.diags = append(l.diags, a.misfits(bundled.Config)...)
		}
		if hasSource && a.source != "" {
			a.at = content.Attributes["source"].Expr.Range()
			l.checkSource(&a.plugin, content)
		}
	})
}

// orWithout makes the mistakes that check finds warnings if the plugin is
// optional: the run goes without it.
func (l *loader) orWithout(a *attachBlock, check func()) {
	before := len(l.diags)
	check()
	if a.optional {
		a.absent = warn(l.diags[before:])
	}
}

// warn makes warnings of mistakes, and returns them as one error, nil for none.
func warn(mistakes hcl.Diagnostics) error {
	var errs []error
	for _, d := range mistakes {
		d.Severity = hcl.DiagWarning
		errs = append(errs, errText(strings.TrimSuffix(d.Detail, ".")))
	}
	return errors.Join(errs...)
}

// bundledPlugin returns the event plugin of that name that this program offers
// itself, nil for none.
func bundledPlugin(name string) *task.EventPlugin {
	offered, _ := task.OfferedPlugins()
	for i := range offered {
		if offered[i].Name == name {
			return &offered[i]
		}
	}
	return nil
}

// BundledPlugins returns the names of the event plugins that this program offers
// itself, which an attach block without a source, and [Options].Attach, can name.
func BundledPlugins() []string {
	offered, _ := task.OfferedPlugins()
	var names []string
	for _, p := range offered {
		names = append(names, p.Name)
	}
	return names
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
func (l *loader) requiredOf(b *hcl.Block, content *hcl.BodyContent, name, example string) {
	bundled := BundledPlugins()
	if l.required(b, content, name, example) || len(bundled) == 0 {
		return
	}
	l.diags[len(l.diags)-1].Detail += " Without it, only these can be attached: " + strings.Join(bundled, ", ") + aside(b.Labels[0], bundled) + "."
}

// explain says what kept the plugin from being attached, at the attributes of
// its configuration that are to blame, if there are any.
func (a *attachBlock) explain(err error) (diags hcl.Diagnostics) {
	text := strings.TrimPrefix(plain(err), "eventplugin: "+a.Name+": ")
	text = ofPlugin(errText(strings.TrimPrefix(text, "session: open: set-up of the plugin failed: ")), a.Name)
	const ofConfig = "configuration: "
	for _, part := range strings.Split(text, "\n"+ofConfig) {
		if len(diags) > 0 {
			part = ofConfig + part
		}
		d := mistake(a.at, "Event plugin cannot be attached", "%s", part)
		for name, attr := range a.config.attrs {
			if strings.HasPrefix(part, ofConfig+name+": ") || strings.HasPrefix(part, ofConfig+"there is no attribute \""+name+"\"") {
				d.Subject = &attr.at
			}
		}
		if d.Subject == nil {
			d.Summary = fmt.Sprintf("Event plugin %q cannot be attached", a.Name)
			if strings.HasPrefix(part, ofConfig) {
				d.Detail += "\nIts configuration needs an attach block in the job file."
			}
		}
		diags = append(diags, d)
	}
	return diags
}

// errText is an error that is no more than its text.
type errText string

// Error returns the text.
func (e errText) Error() string { return string(e) }
