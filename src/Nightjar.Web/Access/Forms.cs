using Microsoft.AspNetCore.Http;

namespace Nightjar.Web.Access;

internal static class Forms
{
    /// <summary>The fields of a form; none for anything that is not a form.</summary>
    public static async Task<IFormCollection> FieldsAsync(HttpContext http) =>
        http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
}
