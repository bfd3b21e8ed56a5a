package access

import (
	"context"
	"encoding/json"
	"fmt"

	"vedette/internal/store"
)

// Kinds of audit records, which are kinds of events in the store.
const (
	KindAccess  = "access"  // sign-in, sign-out, control leases
	KindCommand = "command" // what a vehicle was told
	KindAlert   = "alert"   // decisions about alerts
	KindCue     = "cue"     // decisions about cues
	KindViewing = "viewing" // who watched which feed, from when to when
	// KindConfiguration is for what was changed of sensors, zones, feeds and links beside the file.
	KindConfiguration = "configuration"
)

// AuditKinds are the kinds that hold what people did.
func AuditKinds() []string {
	return []string{KindAccess, KindCommand, KindAlert, KindCue, KindViewing, KindConfiguration}
}

// unknown stands for somebody who could not be told: an audit record always has a Who.
const unknown = "unknown"

// Record is one act of a person or program, done or refused.
type Record struct {
	Kind    string    // one of the kinds above
	Who     Principal // never empty
	Action  string    // signIn, takeoff, acknowledge, …
	Target  string    // id of the vehicle, alert or cue; empty: none
	Outcome string    // done, accepted, or refused
	Reason  string    // the operator's reason or note, or why it was refused
	Address string    // the peer's IP address
	Detail  any       // the request, as it was understood; nil: none
}

// auditData is the JSON of a record; its Who is the event's.
type auditData struct {
	Action  string `json:"action"`
	Target  string `json:"target,omitempty"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason,omitempty"`
	Via     string `json:"via,omitempty"`
	Role    Role   `json:"role,omitempty"`
	Address string `json:"address,omitempty"`
	Detail  any    `json:"detail,omitempty"`
}

// Audit writes a record; it is on disk when this returns.
func (a *Access) Audit(ctx context.Context, r Record) error {
	if r.Who.Name == "" {
		r.Who.Name = unknown
	}
	data, err := json.Marshal(auditData{
		Action: r.Action, Target: r.Target, Outcome: r.Outcome, Reason: r.Reason,
		Via: r.Who.Via, Role: r.Who.Role, Address: r.Address, Detail: r.Detail,
	})
	if err != nil {
		return fmt.Errorf("encode audit record of %s: %w", r.Action, err)
	}
	_, err = a.cfg.Store.Append(ctx, store.Event{
		Kind: r.Kind, ObservedAt: a.cfg.Now(), Who: r.Who.Name, Key: r.Target, Data: data,
	})
	if err != nil {
		return fmt.Errorf("audit %s: %w", r.Action, err)
	}
	return nil
}
