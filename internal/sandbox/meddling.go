package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// meddling is drift on order: somebody changes a resource behind the platform's back.
type meddling struct {
	ResourceID string `json:"resource_id"`
	// Kind is a change that is known by name; see kinds. Changes are any others.
	Kind    string         `json:"kind,omitempty"`
	Changes []infra.Change `json:"changes,omitempty"`
	// Again is how often the change is made anew after somebody has written the resource: something
	// that keeps changing it back.
	Again int `json:"again,omitempty"`
}

// maxAgain ends even a demonstration that was forgotten.
const maxAgain = 1000

// kinds are the changes that a demonstration asks for by name.
var kinds = map[string][]infra.Change{
	"tags":           {changeTo("Tags", `[{"Key":"Name","Value":"renamed by hand"}]`)},
	"instance_type":  {changeTo("InstanceType", `"m6i.8xlarge"`)},
	"encryption_off": {changeTo("BucketEncryption.ServerSideEncryptionConfiguration", "[]")},
	"public_access":  {changeTo("PublicAccessBlockConfiguration.BlockPublicPolicy", "false"), changeTo("PublicAccessBlockConfiguration.RestrictPublicBuckets", "false")},
	"open_port":      nil, // appended to the rules that there are
	"missing":        {{Path: "", Remove: true}},
}

var worldWideSSH = json.RawMessage(`{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"}`)

func changeTo(path, value string) infra.Change {
	return infra.Change{Path: path, Value: json.RawMessage(value)}
}

// meddlings are those that are to be done again. They are kept in memory, as faults are.
type meddlings struct {
	mutex sync.Mutex
	left  map[string]meddling
}

func newMeddlings() *meddlings { return &meddlings{left: map[string]meddling{}} }

func (m *meddlings) put(ordered meddling) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.left, ordered.ResourceID)
	if ordered.Again > 0 {
		m.left[ordered.ResourceID] = ordered
	}
}

// take returns the meddling that is due for a resource, and counts it.
func (m *meddlings) take(id string) (meddling, bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	due, waiting := m.left[id]
	if !waiting {
		return meddling{}, false
	}
	if due.Again--; due.Again > 0 {
		m.left[id] = due
	} else {
		delete(m.left, id)
	}
	return due, true
}

// meddle changes what a resource runs with.
func (s *Sandbox) meddle(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(r.Body)
	if err != nil {
		return err
	}
	var ordered meddling
	if err := strict(body, &ordered); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "the body is not what drift is ordered by")
	}
	if err := ordered.check(); err != nil {
		return err
	}
	drifted, err := s.change(r.Context(), ordered)
	if err != nil {
		return err
	}
	s.meddlings.put(ordered)
	return writeResource(w, http.StatusOK, drifted)
}

func (m meddling) check() error {
	_, known := kinds[m.Kind]
	switch {
	case (m.Kind == "") == (len(m.Changes) == 0):
		return fault.Invalid("/kind", "give either kind or changes")
	case m.Kind != "" && !known:
		return fault.Invalid("/kind", "kind %.40q is none of tags, instance_type, encryption_off, public_access, open_port, missing", m.Kind)
	case m.Again < 0 || m.Again > maxAgain:
		return fault.Invalid("/again", "again %d is not within 0 to %d", m.Again, maxAgain)
	default:
		return nil
	}
}

// stopMeddling ends what is to be done again. What was done stays.
func (s *Sandbox) stopMeddling(w http.ResponseWriter, _ *http.Request) error {
	s.meddlings.mutex.Lock()
	defer s.meddlings.mutex.Unlock()
	clear(s.meddlings.left)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// driftAgain changes a resource that was just written, where that was ordered.
func (s *Sandbox) driftAgain(ctx context.Context, written infra.Resource) error {
	due, waiting := s.meddlings.take(written.ID)
	if !waiting {
		return nil
	}
	_, err := s.change(ctx, due)
	return err
}

// change makes the change of a meddling to the resource as it is.
func (s *Sandbox) change(ctx context.Context, ordered meddling) (infra.Resource, error) {
	current, err := s.states.Resource(ctx, ordered.ResourceID)
	if err != nil {
		return infra.Resource{}, err
	}
	if current.Actual == nil {
		return infra.Resource{}, fault.New(fault.Conflict, "resource %s does not run, so nothing of it can drift", current.ID)
	}
	update := infra.Update{ID: current.ID, Version: current.Version, Side: infra.SideActual, Changes: ordered.changesOf(current)}
	drifted, _, err := s.states.Update(ctx, update, infra.Write{Actor: "somebody by hand", Reason: "drift on order"})
	return drifted, err
}

// changesOf are the changes of a meddling to a resource.
func (m meddling) changesOf(current infra.Resource) []infra.Change {
	switch {
	case m.Kind == "":
		return m.Changes
	case m.Kind != "open_port":
		return kinds[m.Kind]
	}
	var group struct {
		Rules []json.RawMessage `json:"SecurityGroupIngress"`
	}
	_ = json.Unmarshal(current.Actual, &group) // a resource without such a list gets one
	return []infra.Change{{Path: fmt.Sprintf("SecurityGroupIngress[%d]", len(group.Rules)), Value: worldWideSSH}}
}
