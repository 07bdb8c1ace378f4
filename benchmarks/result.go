package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// result is a row that has been measured, as it stands in bench.json.
type result struct {
	Row      string   `json:"row"`
	Ours     float64  `json:"ours"`
	Peer     *float64 `json:"peer"`
	PeerName string   `json:"peer_name"`
	Unit     string   `json:"unit"`
	Ratio    *float64 `json:"ratio"` // ours to the peer's
	Bar      *float64 `json:"bar"`
	Goal     *float64 `json:"goal"`
	OK       bool     `json:"ok"` // at its bar, which a row without one always is
	Lower    bool     `json:"lower"`
	Void     string   `json:"void,omitempty"`

	atGoal bool
}

// results are the group's rows, without those that were not measured.
func (g group) results(m measured) (all []result) {
	for _, r := range g.rows {
		if len(m[r.ours]) == 0 || r.peer != nil && len(m[r.peer]) == 0 {
			continue
		}
		all = append(all, r.result(m))
	}
	return all
}

func (r row) result(m measured) result {
	ours := median(m[r.ours])
	res := result{Row: r.name, Ours: ours, Unit: r.ours.unit, Lower: r.ours.lower, Bar: some(r.bar), Goal: some(r.goal)}
	judged := ours
	if r.peer != nil {
		peers := median(m[r.peer])
		judged = ours / peers
		res.Peer, res.PeerName, res.Ratio = &peers, r.against, &judged
		res.Void = r.peer.tooSlow(peers)
	}
	res.OK = reaches(judged, r.bar, r.ours.lower) && res.Void == ""
	res.atGoal = reaches(judged, r.goal, r.ours.lower) && res.Void == ""
	return res
}

// tooSlow says that a peer did more than 20 % worse than noted.
func (p *probe) tooSlow(figure float64) string {
	if p.noted == 0 || !p.lower && figure >= 0.8*p.noted || p.lower && 0.8*figure <= p.noted {
		return ""
	}
	return fmt.Sprintf("%s %s are noted for the peer", short(p.noted), p.unit)
}

func reaches(v, bar float64, lower bool) bool {
	if bar == 0 {
		return true
	}
	if lower {
		return v <= bar
	}
	return v >= bar
}

func some(v float64) *float64 {
	if v == 0 {
		return nil
	}
	return &v
}

func writeJSON(path string, results []result) error {
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
