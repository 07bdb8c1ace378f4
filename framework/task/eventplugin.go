package task

// EventPlugin is what an event plugin says of itself without being set up.
type EventPlugin struct {
	Name string `json:"name"`
	// Config is what its configuration may hold.
	Config []ConfigField `json:"config"`
	// Lossless tells that it must not miss anything.
	Lossless bool `json:"lossless,omitempty"`
}

// ConfigField is one attribute of a configuration.
type ConfigField struct {
	Name string `json:"name"`
	// Type is "string", "duration" (text such as "90s"), "number", "whole
	// number", "bool" or "any", or one of these but a duration after "list of "
	// or "map of ".
	Type     string `json:"type"`
	Optional bool   `json:"optional"`
	// Doc is for humans.
	Doc string `json:"doc,omitempty"`
}

// OfferPlugins records the event plugins that this program is when it is
// started as one. sdk.ServeIfPlugin calls it in the host.
func OfferPlugins(plugins ...EventPlugin) {
	self.mu.Lock()
	defer self.mu.Unlock()
	self.called = true
	self.plugins = append(self.plugins, plugins...)
}

// OfferedPlugins returns what was given to [OfferPlugins], and whether the
// program has said at all what it offers. It must not be changed.
func OfferedPlugins() (plugins []EventPlugin, called bool) {
	self.mu.Lock()
	defer self.mu.Unlock()
	return append([]EventPlugin(nil), self.plugins...), self.called
}
