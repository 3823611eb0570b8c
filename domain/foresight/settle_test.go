package foresight

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

var (
	tonight = time.Date(2026, time.November, 28, 1, 0, 0, 0, time.UTC)
	storage = Key{"granite", forecast.StorageUsedGB}
)

// runsOut is a finding of exhaustion in some days; a negative number is none.
func runsOut(days int, leadDays int) Finding {
	f := Finding{Key: storage, LeadTime: time.Duration(leadDays) * 24 * time.Hour}
	if days >= 0 {
		at := tonight.AddDate(0, 0, days)
		f.Exhaustion.P90 = &at
	}
	return f
}

// nights settles one finding after the other, each a night later, and returns what was told, by kind and severity.
func nights(t *testing.T, findings ...Finding) (told []string, standing Standing, keys []string) {
	t.Helper()
	standing = Standing{Key: storage}
	for _, finding := range findings {
		s := settlement{now: tonight, findings: map[Key]Finding{storage: finding}}
		changed, messages, err := s.decide([]Standing{standing})
		require.NoError(t, err)
		for _, one := range changed {
			standing = one
		}
		news := "–"
		for _, message := range messages {
			keys = append(keys, message.Key)
			require.Equal(t, NewsGroup, message.Group)
			if message.Topic == outbox.TopicMonitorEvent {
				var event closing.Event
				require.NoError(t, json.Unmarshal(message.Payload, &event))
				require.Contains(t, event.Summary, "storage_used_gb of granite")
				news = strings.TrimPrefix(event.Kind, "capacity.exhaustion") + " " + event.Severity
			} else {
				var handover Handover
				require.NoError(t, json.Unmarshal(message.Payload, &handover))
				news = handover.ID
				if handover.Withdrawn {
					news += " withdrawn"
				}
				if handover.Supersedes != "" {
					news += " for " + handover.Supersedes
				}
			}
		}
		told = append(told, news)
	}
	return told, standing, keys
}

func TestAlerts(t *testing.T) {
	for name, test := range map[string]struct {
		findings []Finding
		want     []string
	}{
		"one that runs out soon is told once": {
			[]Finding{runsOut(30, 7), runsOut(30, 7), runsOut(29, 7)}, []string{" warning", "–", "–"},
		},
		"none is told while it is far": {[]Finding{runsOut(61, 7), runsOut(60, 7)}, []string{"–", " warning"}},
		"a long lead time is told of in time to order": {
			[]Finding{runsOut(85, 70), runsOut(84, 70)}, []string{"–", " warning"},
		},
		"one whose order is overdue is critical":         {[]Finding{runsOut(6, 7)}, []string{" critical"}},
		"a date that moves by less than a week is quiet": {[]Finding{runsOut(30, 7), runsOut(24, 7), runsOut(36, 7)}, []string{" warning", "–", "–"}},
		"a date that moves by a week is told again":      {[]Finding{runsOut(30, 7), runsOut(23, 7), runsOut(30, 7)}, []string{" warning", " warning", " warning"}},
		"a date that creeps is told again at last": {
			[]Finding{runsOut(30, 7), runsOut(27, 7), runsOut(25, 7), runsOut(23, 7)}, []string{" warning", "–", "–", " warning"},
		},
		"one that becomes overdue is told again": {[]Finding{runsOut(8, 7), runsOut(6, 7)}, []string{" warning", " critical"}},
		"one that is gone is cleared, and told anew when it comes back": {
			[]Finding{runsOut(30, 7), runsOut(-1, 7), runsOut(-1, 7), runsOut(30, 7)}, []string{" warning", ".cleared info", "–", " warning"},
		},
		"one that moves beyond where it would be raised is not cleared": {
			[]Finding{runsOut(58, 7), runsOut(63, 7), runsOut(62, 7)}, []string{" warning", "–", "–"},
		},
		"nothing was told and nothing is": {[]Finding{runsOut(-1, 7)}, []string{"–"}},
	} {
		t.Run(name, func(t *testing.T) {
			told, _, keys := nights(t, test.findings...)
			require.Equal(t, test.want, told)
			seen := map[string]bool{}
			for _, key := range keys {
				require.False(t, seen[key], "each news has a key of its own")
				seen[key] = true
			}
		})
	}
	t.Run("the day of the first alert stays while it stands", func(t *testing.T) {
		_, standing, _ := nights(t, runsOut(30, 7), runsOut(20, 7))
		require.Equal(t, tonight, standing.Alert.RaisedAt)
		require.Equal(t, tonight.AddDate(0, 0, 20), standing.Alert.P90)
		require.Equal(t, tonight.AddDate(0, 0, 13), standing.Alert.OrderBy)
	})
	t.Run("a series of which nothing can be said keeps what stands", func(t *testing.T) {
		_, standing, _ := nights(t, runsOut(30, 7))
		s := settlement{now: tonight, unknown: map[Key]bool{storage: true}}
		changed, messages, err := s.decide([]Standing{standing})
		require.NoError(t, err)
		require.Empty(t, changed)
		require.Empty(t, messages)
	})
	t.Run("a night that is made up for does not go back behind a later one", func(t *testing.T) {
		_, standing, _ := nights(t, runsOut(30, 7))
		s := settlement{now: tonight.AddDate(0, 0, -1)}
		changed, _, err := s.decide([]Standing{standing})
		require.NoError(t, err)
		require.Empty(t, changed)
	})
	t.Run("a series that has no capacity any more is cleared", func(t *testing.T) {
		_, standing, _ := nights(t, runsOut(30, 7))
		s := settlement{now: tonight}
		changed, _, err := s.decide([]Standing{standing})
		require.NoError(t, err)
		require.Nil(t, changed[0].Alert)
		require.Equal(t, 1, s.settled.Cleared)
	})
}

func TestHandovers(t *testing.T) {
	recommends := func(id string, urgency capacity.Urgency, target float64, orderInDays int) Finding {
		finding := Finding{Key: storage, Recommendation: &capacity.CapacityRecommendation{
			ID: id, TenantID: "granite", Metric: forecast.StorageUsedGB, ResourceType: "storage", Urgency: urgency, RecommendedCapacity: target,
		}}
		if orderInDays >= 0 {
			at := tonight.AddDate(0, 0, orderInDays)
			finding.Recommendation.OrderBy = &at
		}
		return finding
	}
	none := Finding{Key: storage}
	for name, test := range map[string]struct {
		findings []Finding
		want     []string
	}{
		"a recommendation is handed over once": {
			[]Finding{recommends("a", capacity.Scheduled, 100, 20), recommends("b", capacity.Scheduled, 104, 18)}, []string{"a", "–"},
		},
		"another amount replaces it": {
			[]Finding{recommends("a", capacity.Scheduled, 100, 20), recommends("b", capacity.Scheduled, 105, 20)}, []string{"a", "b for a"},
		},
		"another urgency replaces it": {
			[]Finding{recommends("a", capacity.Scheduled, 100, 20), recommends("b", capacity.Overdue, 100, 20)}, []string{"a", "b for a"},
		},
		"an order that is due a week sooner replaces it": {
			[]Finding{recommends("a", capacity.Scheduled, 100, 20), recommends("b", capacity.Scheduled, 100, 13)}, []string{"a", "b for a"},
		},
		"an order date that comes or goes replaces it": {
			[]Finding{recommends("a", capacity.HeadroomShort, 100, -1), recommends("b", capacity.HeadroomShort, 100, 13)}, []string{"a", "b for a"},
		},
		"what is not needed any more is withdrawn": {
			[]Finding{recommends("a", capacity.Scheduled, 100, 20), none, none, recommends("b", capacity.Scheduled, 100, 20)},
			[]string{"a", "a withdrawn", "–", "b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			told, _, _ := nights(t, test.findings...)
			require.Equal(t, test.want, told)
		})
	}
}

func TestATenantThatLeft(t *testing.T) {
	standing := Standing{Key: storage, Alert: &Alert{P90: tonight}, Recommendation: &capacity.CapacityRecommendation{ID: "a"}, News: 2}
	s := settlement{now: tonight, left: true}
	changed, messages, err := s.decide([]Standing{standing, {Key: Key{"granite", forecast.RequestRate}, News: 4}})
	require.NoError(t, err)
	require.Len(t, changed, 1)
	require.Nil(t, changed[0].Alert)
	require.Nil(t, changed[0].Recommendation)
	require.Equal(t, Settled{Cleared: 1, Withdrawn: 1}, s.settled)
	require.Len(t, messages, 2)
	require.Contains(t, string(messages[0].Payload), "storage_used_gb of granite is needed no more, since the tenant left")
	require.Contains(t, string(messages[1].Payload), `"withdrawn":true`)
}
