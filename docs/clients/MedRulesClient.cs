// medrules 本机服务的 C# 客户端示例（.NET 6+）。失败一律放行并显示“未检查”。
// Sample C# client of the local service. Whatever fails, the doctor goes on and sees "not checked".
using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

public sealed record Warning(string Id, string RuleId, string RuleName, string Severity, string Text, decimal Amount,
                             IReadOnlyList<string> Lines);

public sealed record ReviewResult(bool Checked, string? Message, IReadOnlyList<Warning> Warnings);

public sealed class MedRulesClient : IDisposable
{
    private readonly HttpClient _http;

    public MedRulesClient(string baseAddress = "http://127.0.0.1:8310")
    {
        // 连接 0.5 秒，总 10 秒：服务没启动时几毫秒就知道 a service that is down is noticed at once
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromMilliseconds(500), UseProxy = false };
        _http = new HttpClient(handler) { BaseAddress = new Uri(baseAddress), Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>发送 3101（事前）或 3102（事中）报文。never throws.</summary>
    public Task<ReviewResult> ReviewAsync(string requestJson, bool beforeOrdering = true) =>
        SendAsync(beforeOrdering ? "/fsi/api/riskConService/beforeAnalyze" : "/fsi/api/riskConService/courseAnalyze", requestJson);

    /// <summary>发送 3103 反馈；Checked 为 false 时请稍后重发。</summary>
    public Task<ReviewResult> FeedbackAsync(string feedbackJson) =>
        SendAsync("/fsi/api/riskConService/feedback", feedbackJson);

    private async Task<ReviewResult> SendAsync(string path, string json)
    {
        try
        {
            using var content = new StringContent(json, Encoding.UTF8, "application/json");
            using var response = await _http.PostAsync(path, content).ConfigureAwait(false);
            // 按字节解析：应答是 UTF-8 the answer is UTF-8, as the request was
            await using var stream = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
            using var answer = await JsonDocument.ParseAsync(stream).ConfigureAwait(false);
            return Read(answer.RootElement);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException or KeyNotFoundException
                                  or InvalidOperationException)
        {
            return new ReviewResult(false, "本次未检查：审核服务没有应答", Array.Empty<Warning>());
        }
    }

    private static ReviewResult Read(JsonElement root)
    {
        if (root.GetProperty("infcode").GetInt32() != 0)
            return new ReviewResult(false, root.GetProperty("err_msg").GetString(), Array.Empty<Warning>());
        var warnings = new List<Warning>();
        var complete = true;
        string? notice = null;
        if (!root.GetProperty("output").TryGetProperty("result", out var result))
            return new ReviewResult(true, null, warnings); // 3103
        foreach (var item in result.EnumerateArray())
        {
            if (item.GetProperty("rule_id").GetString() == "MR-UNCHECKED")
            {
                complete = false;
                notice = item.GetProperty("vola_cont").GetString();
                continue;
            }
            var lines = new List<string>();
            foreach (var detail in item.GetProperty("judge_result_detail_dtos").EnumerateArray())
                if (detail.GetProperty("vola_item_type").GetString() == "1")
                    lines.Add(detail.GetProperty("rx_id").GetString() ?? "");
            warnings.Add(new Warning(
                item.GetProperty("jr_id").GetString()!, item.GetProperty("rule_id").GetString()!,
                item.GetProperty("rule_name").GetString()!, item.GetProperty("sev_deg").GetString()!,
                item.GetProperty("vola_cont").GetString()!, item.GetProperty("vola_amt").GetDecimal(), lines));
        }
        return new ReviewResult(complete, notice, warnings);
    }

    public void Dispose() => _http.Dispose();
}

// .NET Framework 4.x：没有 SocketsHttpHandler，用 new HttpClientHandler { UseProxy = false }，其余相同；
// 第一次调用前设 ServicePointManager.Expect100Continue = false，省去一次往返。
