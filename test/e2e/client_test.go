package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// periodStatus is what a test reads of a month.
type periodStatus struct {
	Period     string `json:"period"`
	State      string `json:"state"`
	Attempt    int    `json:"attempt"`
	Revision   int    `json:"revision"`
	Reason     string `json:"reason"`
	ResultHash string `json:"result_hash"`
	Totals     []struct {
		Currency string                     `json:"currency"`
		Billed   decimal.Decimal            `json:"billed"`
		Tenants  decimal.Decimal            `json:"tenants"`
		Accounts map[string]decimal.Decimal `json:"accounts"`
	} `json:"totals"`
}

// request is one call of the REST API as one of the people in tokens.json.
type request struct {
	as, method, path string
	// key is the Idempotency-Key, match the If-Match header; both may be empty.
	key, match string
	// body is JSON unless kind says otherwise.
	body, kind string
}

// send makes the call and returns the answer with its body read.
func (s *stack) send(r request) (*http.Response, []byte, error) {
	call, err := http.NewRequest(r.method, s.Endpoints.API+r.path, strings.NewReader(r.body))
	if err != nil {
		return nil, nil, err
	}
	call.Header.Set("Authorization", "Bearer "+s.Tokens[r.as])
	for name, value := range map[string]string{"Idempotency-Key": r.key, "If-Match": r.match} {
		if value != "" {
			call.Header.Set(name, value)
		}
	}
	if r.body != "" {
		call.Header.Set("Content-Type", cmp.Or(r.kind, "application/json"))
	}
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.Do(call)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, body, err
}

// must makes the call and demands a status.
func (s *stack) must(t *testing.T, status int, r request) []byte {
	t.Helper()
	response, body, err := s.send(r)
	require.NoError(t, err)
	require.Equal(t, status, response.StatusCode, "%s %s: %s", r.method, r.path, body)
	return body
}

// insist repeats a call with its idempotency key, as clients do, for as long as the answer says that
// trying again can help: parts may be on their way back.
func (s *stack) insist(t *testing.T, status int, r request) []byte {
	t.Helper()
	var answer []byte
	poll(t, func() (bool, string) {
		response, body, err := s.send(r)
		if err != nil {
			return false, err.Error()
		}
		answer = body
		state := r.method + " " + r.path + ": " + response.Status + " " + string(body)
		var problem struct {
			Retryable bool `json:"retryable"`
		}
		if response.StatusCode != status {
			require.NoError(t, json.Unmarshal(body, &problem), state)
			require.True(t, problem.Retryable, state)
		}
		return response.StatusCode == status, state
	})
	return answer
}

// poll asks until it is done; when patience ends it fails with the last state.
func poll(t *testing.T, done func() (finished bool, state string)) {
	t.Helper()
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	var state string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-ticker.C {
		var finished bool
		if finished, state = done(); finished {
			return
		}
	}
	require.Fail(t, "timed out", state)
}

// period reads a month; while the API is away the error is the answer.
func (s *stack) period(month string) (periodStatus, error) {
	response, body, err := s.send(request{as: "auditor", method: http.MethodGet, path: "/v1/books/main/periods/" + month})
	if err != nil {
		return periodStatus{}, err
	}
	if response.StatusCode != http.StatusOK {
		return periodStatus{}, fmt.Errorf("%s: %s", response.Status, body)
	}
	var status periodStatus
	return status, json.Unmarshal(body, &status)
}

// await waits until a month is in a state and returns it.
func (s *stack) await(t *testing.T, month, state string) periodStatus {
	t.Helper()
	var status periodStatus
	poll(t, func() (bool, string) {
		var err error
		if status, err = s.period(month); err != nil {
			return false, err.Error()
		}
		require.False(t, status.State == "failed" && state != "failed", "%s failed: %s", month, status.Reason)
		return status.State == state, fmt.Sprintf("%s is %s (%s), not %s", month, status.State, status.Reason, state)
	})
	return status
}

// startClose asks for a close as the operator.
func (s *stack) startClose(t *testing.T, month string) {
	t.Helper()
	s.insist(t, http.StatusAccepted, closeRequest(month))
}

func closeRequest(month string) request {
	return request{as: "operator", method: http.MethodPost, path: "/v1/books/main/periods/" + month + "/close", key: "close-" + month}
}

// approve approves a result as the finance approver.
func (s *stack) approve(t *testing.T, month, resultHash string) {
	t.Helper()
	s.insist(t, http.StatusOK, approval(month, resultHash))
}

func approval(month, resultHash string) request {
	return request{
		as: "finance_approver", method: http.MethodPost, path: "/v1/books/main/periods/" + month + "/decisions",
		key: "approve-" + month, match: `"` + resultHash + `"`, body: `{"decision":"approve"}`,
	}
}
