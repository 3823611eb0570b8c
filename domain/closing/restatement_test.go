package closing_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/omnicloud/omnicloud/domain/closing"
)

func TestRestatementEqual(t *testing.T) {
	wanted := closing.Restatement{Reason: "a credit", Include: []string{"aa", "bb"}}
	for name, test := range map[string]struct {
		change func(*closing.Restatement)
		same   bool
	}{
		"itself":                       {func(*closing.Restatement) {}, true},
		"origins that are the default": {func(r *closing.Restatement) { r.Rules, r.Owners = closing.OriginOriginal, closing.OriginOriginal }, true},
		"deliveries in another order":  {func(r *closing.Restatement) { r.Include = []string{"bb", "aa", "bb"} }, true},
		"another reason":               {func(r *closing.Restatement) { r.Reason = "a debit" }, false},
		"today's rules":                {func(r *closing.Restatement) { r.Rules = closing.OriginCurrent }, false},
		"today's owners":               {func(r *closing.Restatement) { r.Owners = closing.OriginCurrent }, false},
		"fewer deliveries":             {func(r *closing.Restatement) { r.Include = []string{"aa"} }, false},
		"all deliveries, none by name": {func(r *closing.Restatement) { r.Include = nil }, false},
	} {
		t.Run(name, func(t *testing.T) {
			other := wanted
			test.change(&other)
			assert.Equal(t, test.same, wanted.Equal(other))
			assert.Equal(t, test.same, other.Equal(wanted))
		})
	}
}
