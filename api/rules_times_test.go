package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
)

// TestTimesReadTheSameLater: what a POST answers is what every GET answers after it, to the last digit.
func TestTimesReadTheSameLater(t *testing.T) {
	s := newStage(t)
	created := decode[api.CreatedRules](t, s.post(t, rulesPath, "operator",
		`{"version":1,"pools":[{"id":"logging","strategy":"equal","effective_until":"2027-01-01T00:00:00.729238767Z"}]}`, http.StatusCreated))
	path := rulesPath + "/" + created.RuleID
	read := decode[api.RuleHistory](t, s.get(t, path, "auditor", http.StatusOK))
	require.Equal(t, created.Items, read.Versions)
	require.Equal(t, 729238000, read.Versions[0].EffectiveUntil.Nanosecond())
	require.Equal(t, read.Versions[0].EffectiveUntil, read.Versions[0].Pool.EffectiveUntil, "the document says the same")

	ended := decode[api.RuleHistory](t, s.expect(t, request{
		method: http.MethodDelete, path: path + "?at=2026-12-01T00:00:00.123456789Z", as: "operator",
	}, http.StatusOK))
	last := ended.Versions[len(ended.Versions)-1]
	require.Equal(t, time.Date(2026, 12, 1, 0, 0, 0, 123456000, time.UTC), last.EffectiveUntil)
	require.Equal(t, ended, decode[api.RuleHistory](t, s.get(t, path, "auditor", http.StatusOK)))
}
