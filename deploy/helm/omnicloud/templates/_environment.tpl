{{/* What every process is told of the database, as a key of its Secret. Takes a dict of root and key. */}}
{{- define "omnicloud.database" -}}
- name: OMNICLOUD_DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ required "database.existingSecret is empty; name the Secret that holds the URLs of the database" .root.Values.database.existingSecret }}
      key: {{ .key }}
{{- end }}

{{- define "omnicloud.log" -}}
- name: OMNICLOUD_LOG_FORMAT
  value: {{ .Values.log.format }}
- name: OMNICLOUD_LOG_LEVEL
  value: {{ .Values.log.level }}
{{- end }}

{{/* What the API and the workers have in common. */}}
{{- define "omnicloud.environment" -}}
{{ include "omnicloud.database" (dict "root" . "key" .Values.database.serviceKey) }}
{{ include "omnicloud.log" . }}
{{ include "omnicloud.temporal" .Values.temporal }}
{{ include "omnicloud.services" . }}
{{ include "omnicloud.keys" . }}
{{- end }}

{{- define "omnicloud.temporal" -}}
- name: OMNICLOUD_TEMPORAL_ADDRESS
  value: {{ required "temporal.address is empty; set it to host:port of the Temporal frontend" .address | quote }}
- name: OMNICLOUD_TEMPORAL_NAMESPACE
  value: {{ .namespace | quote }}
{{- if .tls.enabled }}
- name: OMNICLOUD_TEMPORAL_TLS
  value: "true"
{{- end }}
{{- if .tls.caConfigMap }}
- name: OMNICLOUD_TEMPORAL_CA
  value: /temporal/authority/ca.crt
{{- end }}
{{- if .tls.certificateSecret }}
- name: OMNICLOUD_TEMPORAL_CERT
  value: /temporal/certificate/tls.crt
- name: OMNICLOUD_TEMPORAL_KEY
  value: /temporal/certificate/tls.key
{{- end }}
{{- with .tls.serverName }}
- name: OMNICLOUD_TEMPORAL_SERVER_NAME
  value: {{ . | quote }}
{{- end }}
{{- if .apiKey.existingSecret }}
- name: OMNICLOUD_TEMPORAL_API_KEY
  valueFrom:
    secretKeyRef: {name: {{ .apiKey.existingSecret }}, key: {{ .apiKey.key }}}
{{- end }}
{{- end }}

{{- define "omnicloud.services" -}}
{{- $services := .Values.services }}
{{- if $services.all -}}
- name: OMNICLOUD_SERVICES_URL
  value: {{ $services.all | quote }}
{{- end }}
{{- range list "tenants" "billing" "compute" "state" "monitor" "compliance" }}
{{- $url := get $services . }}
{{- if $url }}
- name: OMNICLOUD_{{ upper . }}_URL
  value: {{ $url | quote }}
{{- else if not $services.all }}
{{- fail (printf "services.%s is empty, and so is services.all; set the URL of the %s service" . .) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "omnicloud.keys" -}}
{{- $vault := .Values.keys.vault }}
{{- if and $vault.addr .Values.keys.existingSecret }}
{{- fail "keys.vault.addr and keys.existingSecret are both set; the keys are in one place" }}
{{- end }}
{{- if $vault.addr -}}
- name: OMNICLOUD_VAULT_ADDR
  value: {{ $vault.addr | quote }}
- name: OMNICLOUD_VAULT_PATH
  value: {{ $vault.path | quote }}
- name: OMNICLOUD_VAULT_AUTH
  value: kubernetes
- name: OMNICLOUD_VAULT_ROLE
  value: {{ required "keys.vault.role is empty; set it to the role of Vault's Kubernetes login" $vault.role | quote }}
{{- with $vault.authMount }}
- name: OMNICLOUD_VAULT_AUTH_MOUNT
  value: {{ . | quote }}
{{- end }}
{{- with $vault.namespace }}
- name: OMNICLOUD_VAULT_NAMESPACE
  value: {{ . | quote }}
{{- end }}
{{- if $vault.caConfigMap }}
- name: OMNICLOUD_VAULT_CA_CERT
  value: /vault/ca.crt
{{- end }}
{{- else -}}
{{- $_ := required "keys.existingSecret is empty, and so is keys.vault.addr; make a Secret from the folder of omnicloud keys init, or name a Vault" .Values.keys.existingSecret -}}
- name: OMNICLOUD_KEYS_DIR
  value: /keys
{{- end }}
{{- end }}
